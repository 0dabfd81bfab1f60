// Opens every page of a running server in Chromium, in both languages, light, dark and high contrast, at 390, 1280 and 1920
// pixels, keeps pictures of them, and fails when one asks more than twice, loads from elsewhere, shows an error on the
// console, is wider than the window, has a tile with nothing to show or a file without rows, shows a published figure like
// one that is withheld or was not reported, or breaks a rule of WCAG 2.2 A or AA.
//
//   node every.mjs http://127.0.0.1:8080 [FOLDER FOR PICTURES]
//
// CHROMIUM names another browser than /usr/bin/chromium. ONLY opens the pages whose address contains it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { asker, audit, launch, oneOfEach, problems, watch } from './support.mjs';

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

const found = await oneOfEach(asker(base));
const { programmes: withoutFigures } = await asker(base)(`{ programmes(first: 1, where: { indicators: { none: { publicationDecidedAt: { isNull: false } } } }) { nodes { code } } }`);
/** Where published figures stand, and the one page whose tile of them has nothing to show. */
const published = ['/', `/programmes/${found.programmes.code}`];
const [without] = withoutFigures.nodes;
if (!without) throw new Error('Every programme publishes figures: there is none to look at without.');
const unpublished = `/programmes/${without.code}`;

function addresses() {
  const things = Object.entries(found).flatMap(([kind, { code }]) => [`/${kind}`, `/${kind}/${encodeURIComponent(code)}`]);
  const others = [unpublished, `/meetings/${found.meetings.code}/pack`, '/search', '/search?q=AI', '/submit', '/bodies/NO_SUCH_CODE'];
  const only = process.env.ONLY ?? '';
  return ['/', '/?region=KR-11&examples=off', ...things, ...others].filter((one) => (only === '/' ? one === '/' : one.includes(only)));
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

/** How many rows a file has: below its heading, or in JSON the list itself or that of a statistic. */
function rowsOf(path, text) {
  if (!new URL(path, base).pathname.endsWith('.json')) return text.trim().split('\n').length - 1;
  const all = JSON.parse(text);
  return (all.rows ?? all).length;
}

/** A chart of the dashboard has its finding as a sentence, its day, sources, table, files with rows, and query. */
async function tiles(page, address, where) {
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
    if (isEmpty !== (id === 'published' && address === unpublished)) problems.push(`${where}: the tile ${id} shows ${isEmpty ? 'nothing' : 'something'}`);
    const needed = isEmpty ? always : { ...always, rows, files: files >= 2 };
    const lacks = Object.entries(needed).filter(([, value]) => !value || (typeof value === 'string' && value.length < 3)).map(([name]) => name);
    for (const path of addresses) {
      const answer = await fetch(new URL(path, base));
      if (!answer.ok) problems.push(`${where}: ${answer.status} for ${path} of the tile ${id}`);
      else if (!(rowsOf(path, await answer.text()) > 0)) problems.push(`${where}: no row in ${path} of the tile ${id}`);
    }
    if (lacks.length > 0) problems.push(`${where}: the tile ${id} has no ${lacks.join(', ')}`);
  }
}

/** What is shown, withheld and not reported: some of each, and none has the words or the look of another. */
async function figures(page, where) {
  const seen = await page.locator('#published li').evaluateAll((all) =>
    all.map((one) => {
      const { backgroundImage, borderTopStyle } = getComputedStyle(one.querySelector('.measure'));
      return { state: one.className, words: one.querySelector('b').textContent, look: `${backgroundImage} ${borderTopStyle}` };
    }),
  );
  const of = (state, what) => new Set(seen.filter((one) => one.state === state).map((one) => one[what]));
  const states = ['SHOWN', 'WITHHELD', 'NOT_REPORTED'];
  for (const state of states) {
    const words = [...of(state, 'words')];
    if (words.length === 0) problems.push(`${where}: no published figure is ${state}`);
    if (words.some((one) => /\d/.test(one) !== (state === 'SHOWN'))) problems.push(`${where}: figures that are ${state} read ${words.join(', ')}`);
    for (const what of ['words', 'look']) {
      const others = seen.filter((one) => one.state !== state).map((one) => one[what]);
      if (others.some((one) => of(state, what).has(one))) problems.push(`${where}: figures that are ${state} have the ${what} of others`);
    }
  }
}

const all = addresses();
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
        if (!to.searchParams.has('examples')) await tiles(page, address, where);
      }
      for (const theme of themesAt(width)) {
        const seen = `${language} ${theme} ${width}`;
        await page.evaluate((chosen) => (document.documentElement.dataset.theme = chosen), theme);
        await drawn(page);
        if (width === widths[0] && published.includes(address)) await figures(page, `${address} ${seen}`);
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
