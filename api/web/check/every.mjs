// Opens every page of a running server in Chromium, in both languages, light, dark and high contrast, at 390, 1280 and 1920
// pixels, keeps pictures of them, and fails when one asks more than twice, loads from elsewhere, shows an error on the
// console, is wider than the window, or breaks a rule of WCAG 2.2 A or AA.
//
//   node every.mjs http://127.0.0.1:8080 [FOLDER FOR PICTURES]
//
// CHROMIUM names another browser than /usr/bin/chromium. ONLY opens the pages whose address contains it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { audit, launch, problems, watch } from './support.mjs';

const [base, folder] = process.argv.slice(2);
if (!URL.canParse(base)) {
  console.error('Usage: node every.mjs http://127.0.0.1:8080 [FOLDER]');
  process.exit(2);
}
if (folder) mkdirSync(folder, { recursive: true });

const widths = [1280, 390, 1920];
/** Colour schemes by width; the dark one has the layout of the others, and shows itself at one. */
const themesAt = (width) => (width === 1280 ? ['light', 'contrast', 'dark'] : ['light', 'contrast']);
/** Where every rule is looked at: on a phone and on a desk, in both languages, and in each colour scheme. */
const audited = ['ko light 390', 'ko dark 1280', 'en light 1280', 'en contrast 390'];
/** Where colours alone may be other than in a look that is audited. */
const coloured = ['ko contrast 1280'];

async function addresses() {
  const query = `{
    bodies(first: 1) { nodes { code } }
    meetings(first: 1, where: { agenda: { some: {} }, statements: { some: {} } }, orderBy: [{ field: HELD_ON, direction: DESC }]) { nodes { code } }
    institutions(first: 1, where: { addressedRecommendations: { some: {} } }) { nodes { code } }
    bills(first: 1, where: { events: { some: {} } }) { nodes { code: number } }
    recommendations(first: 1, where: { effects: { some: {} } }) { nodes { code } }
    cases: adoptionCases(first: 1, where: { outcomes: { some: {} } }) { nodes { code } }
    programmes(first: 1, where: { indicators: { some: {} } }) { nodes { code } }
    persons(first: 1, where: { memberships: { some: {} } }) { nodes { code } }
    plans: policyPlans(first: 1, where: { tasks: { some: {} } }) { nodes { code } }
    documents(first: 1) { nodes { code } }
  }`;
  const response = await fetch(new URL('/graphql', base), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  const all = ['/', '/?region=KR-11&examples=off'];
  for (const [kind, { nodes }] of Object.entries(data)) {
    if (nodes.length === 0) problems.push(`The server has nothing of ${kind} to look at.`);
    all.push(`/${kind}`, ...nodes.map(({ code }) => `/${kind}/${encodeURIComponent(code)}`));
  }
  const meeting = data.meetings.nodes[0]?.code;
  all.push(`/meetings/${meeting}/pack`, '/search', `/search?q=AI`, '/submit', '/bodies/NO_SUCH_CODE');
  const only = process.env.ONLY ?? '';
  return all.filter((one) => (only === '/' ? one === '/' : one.includes(only)));
}

/** Until everything has come and is drawn. The window is as high as the page: charts are drawn when they come into sight. */
async function settle(page, width) {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.skeleton') && ![...document.querySelectorAll('.part')].some((part) => part.children.length < 2));
  await page.setViewportSize({ width, height: 900 });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(900, height) });
}

/** Charts are drawn anew in other colours; all else is there at once. */
async function drawn(page) {
  if ((await page.locator('.chart').count()) === 0) return;
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(() => [...document.querySelectorAll('.chart')].every((chart) => chart.querySelector('svg')));
}

/** A chart of the dashboard has its finding as a sentence, its day, sources, table, files and query. */
async function tiles(page, where) {
  for (const tile of await page.locator('.tile').evaluateAll((all) =>
    all.map((one) => {
      const links = [...one.querySelectorAll('footer a')].map((link) => link.getAttribute('href') ?? '');
      return {
        id: one.id,
        // What says that there is nothing yet has nothing to take away.
        isEmpty: one.querySelector('.body .state:not(.failed)') !== null,
        finding: one.querySelector('.finding')?.textContent?.trim() ?? '',
        day: /\d{4}/.test(one.querySelector('.basis')?.textContent ?? ''),
        sources: (one.querySelector('.tile-sources')?.textContent ?? '').length > 6,
        rows: one.querySelectorAll('footer table tbody tr').length,
        files: [...one.querySelectorAll('footer .tools button, footer .tools a')].map((each) => each.textContent?.trim()).filter((text) => text === 'CSV' || text === 'JSON').length,
        query: links.some((link) => link.startsWith('/graphiql#query=')),
        addresses: links.filter((link) => link.startsWith('/export/')),
      };
    }),
  )) {
    const { id, isEmpty, addresses, files, rows, ...always } = tile;
    const needed = isEmpty ? always : { ...always, rows, files: files >= 2 };
    const lacks = Object.entries(needed).filter(([, value]) => !value || (typeof value === 'string' && value.length < 3)).map(([name]) => name);
    for (const path of addresses) {
      const answer = await fetch(new URL(path, base));
      if (!answer.ok || (await answer.text()).length < 20) problems.push(`${where}: ${answer.status} for ${path} of the tile ${id}`);
    }
    if (lacks.length > 0) problems.push(`${where}: the tile ${id} has no ${lacks.join(', ')}`);
  }
}

const all = await addresses();
const browser = await launch();
let pictures = 0;

async function look(language) {
  const context = await browser.newContext({ locale: language === 'ko' ? 'ko-KR' : 'en-GB', reducedMotion: 'reduce', viewport: { width: widths[0], height: 900 } });
  const page = await context.newPage();
  let where = '';
  let asked = 0;
  watch(page, base);
  page.on('request', (request) => {
    if (request.method() === 'POST' && new URL(request.url()).pathname === '/graphql') asked += 1;
  });
  page.on('console', (message) => message.type() === 'error' && problems.push(`${where}: ${message.text()}`));
  for (const address of all) {
    where = `${address} ${language}`;
    asked = 0;
    const to = new URL(address, base);
    to.searchParams.set('lang', language);
    const name = `${to.pathname}${address.includes('?') ? `_${address.split('?')[1]}` : ''}`.replaceAll(/[^\w가-힣]+/g, '_');
    const response = await page.goto(to.href);
    const policy = response.headers()['content-security-policy'] ?? '';
    if (policy.includes('unsafe')) problems.push(`${where}: the policy is "${policy}"`);
    // Else each element takes a frame to change its colours.
    await page.evaluate(() => {
      const still = new CSSStyleSheet();
      still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important }');
      document.adoptedStyleSheets = [still];
    });
    for (const width of widths) {
      await settle(page, width);
      if (width === widths[0]) {
        await drawn(page);
        if (asked > 2) problems.push(`${where}: ${asked} GraphQL requests instead of at most two`);
        // Without examples there are tiles that have nothing to show yet.
        if (!to.searchParams.has('examples')) await tiles(page, where);
      }
      for (const theme of themesAt(width)) {
        const seen = `${language} ${theme} ${width}`;
        await page.evaluate((chosen) => (document.documentElement.dataset.theme = chosen), theme);
        await drawn(page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) problems.push(`${address} ${seen}: ${wide} pixels wider than the window`);
        if (audited.includes(seen)) await audit(page, `${address} ${seen}`);
        if (coloured.includes(seen)) await audit(page, `${address} ${seen}`, { type: 'rule', values: ['color-contrast'] });
        if (folder) {
          await page.screenshot({ path: join(folder, `${name}.${seen.replaceAll(' ', '.')}.jpg`), type: 'jpeg', quality: 60 });
          pictures += 1;
        }
      }
    }
  }
  await context.close();
}

try {
  await Promise.all(['ko', 'en'].map(look));
} finally {
  await browser.close();
}
if (problems.length > 0) {
  console.error([...new Set(problems)].join('\n'));
  process.exit(1);
}
console.log(`${all.length} pages in both languages look as they should; ${pictures} pictures.`);
