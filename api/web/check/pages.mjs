// Opens the dashboard of a running server in Chromium, in both languages and at three widths, and fails when it
// shows other figures than the API, breaks its policy, loads from elsewhere, is wider than the window, or is
// against WCAG 2.2 A or AA as far as axe-core sees it. Follows a filter through the address and back.
//
//   node pages.mjs http://127.0.0.1:8080 [FOLDER_OF_SCREENSHOTS]
//
// CHROMIUM names another browser than /usr/bin/chromium. AIPLUS_TOKEN, if set, is of a client that may write
// content: then a change is made and seen to arrive.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { asker } from './support.mjs';

const [base, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const problems = [];

/** What the first page may weigh, and how soon it shows figures. */
const scripts = 350 * 1024;
const soon = Number(process.env.AIPLUS_FIRST_FIGURES_MS ?? 1000);

const ask = asker(base);

function expect(where, what, shown, expected) {
  if (shown !== expected) problems.push(`${where}: ${what} is ${JSON.stringify(shown)} instead of ${JSON.stringify(expected)}`);
}

function watch(page, where) {
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && host !== new URL(base).host) problems.push(`${where}: a request goes elsewhere: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${where}: ${response.status()} ${response.url()}`);
  });
  // Violations of the policy are told here, too.
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${where}: the console shows an error: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`${where}: the page threw: ${error.message}`));
}

async function accessibility(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'], resultTypes: ['violations'] }),
  );
  for (const one of found.violations) {
    problems.push(`${where}: ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
  }
}

/** Every part of the page comes into sight once, as charts are drawn only then. */
async function scroll(page) {
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
      scrollTo(0, y);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
    scrollTo(0, 0);
  });
  await page.locator('.chart svg').first().waitFor();
}

async function open(browser, path, { width = 1280, scheme = 'light', theme, before, isOdd = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const where = `${path} ${width} ${theme ?? scheme}`;
  if (!isOdd) watch(page, where);
  before?.(page);
  await page.addInitScript((chosen) => {
    if (chosen) localStorage.setItem('aiplus:theme', chosen);
    // When the first figures stand on the page.
    new MutationObserver((_, observer) => {
      if (!document.querySelector('#feedback')) return;
      globalThis.firstFigures = performance.now();
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  }, theme);
  const response = await page.goto(new URL(path, base).href);
  return { context, page, where, response };
}

const number = (text) => Number(String(text).replace(/[^\d]/g, ''));

async function look(browser, language, width) {
  const graphql = [];
  const before = (page) =>
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/graphql')) graphql.push(request.url());
    });
  const { context, page, where, response } = await open(browser, `/?lang=${language}`, { width, before });
  const policy = response.headers()['content-security-policy'] ?? '';
  if (policy.includes('unsafe') || !policy.includes("style-src 'self'")) problems.push(`${where}: the policy is "${policy}"`);
  await page.locator('#cases-region .bars').waitFor();

  const { feedback, cases, regions, barriers, releases } = await ask(`{
    feedback: feedbackStatistics(includeIllustrative: true) { total { raised answered } }
    cases: adoptionCases { totalCount }
    regions: adoptionCaseStatistics(groupBy: [REGION], regionBasis: CURRENT, includeIllustrative: true) { rows { keys { code } count } }
    barriers: adoptionCaseStatistics(groupBy: [BARRIER], includeIllustrative: true) { rows { keys { code } count } }
    releases: statisticsReleases(first: 1, orderBy: [{ field: PUBLISHED_ON, direction: DESC }]) {
      nodes { cells(first: 100, where: { table: { eq: TOTAL } }) { nodes { quarter state value indicator { code } } } }
    }
  }`);
  const lede = page.locator('.lede strong');
  expect(where, 'the number of recommendations', number(await lede.nth(0).innerText()), feedback.total.raised);
  expect(where, 'the number of cases', number(await lede.nth(2).innerText()), cases.totalCount);
  const flow = await page.locator('.flow li strong').allInnerTexts();
  expect(where, 'what was raised', number(flow[0]), feedback.total.raised);
  expect(where, 'what was answered', number(flow[2]), feedback.total.answered);
  // What the bars show, added up and the greatest of it, is what the API counts.
  for (const [id, rows] of [['cases-region', regions.rows], ['cases-barrier', barriers.rows.filter((row) => row.keys[0].code)]]) {
    const shown = (await page.locator(`#${id} .bars .bar-figure`).evaluateAll((all) => all.map((one) => one.firstChild.textContent))).map(number);
    const [counted, sum] = [rows.map((row) => row.count), (all) => all.reduce((a, b) => a + b, 0)];
    expect(where, `the sum of ${id}`, sum(shown), sum(counted));
    expect(where, `the greatest of ${id}`, Math.max(...shown), Math.max(...counted));
  }
  // Each published figure, what is withheld and what was not reported, in the tile's table and as drawn.
  const cells = releases.nodes.flatMap((release) => release.cells.nodes);
  const published = page.locator('#published');
  expect(where, 'the rows of published results', await published.locator('tbody tr').count(), cells.length);
  for (const state of ['SHOWN', 'WITHHELD', 'NOT_REPORTED']) {
    expect(where, `published results that are ${state}`, await published.locator(`li.${state}`).count(), cells.filter((cell) => cell.state === state).length);
  }
  expect(where, 'bars of published results', await published.locator('li .measure i').count(), cells.filter((cell) => Number(cell.value) > 0).length);
  if (cells.length === 0) expect(where, 'the number of notes that nothing was published', await published.locator('.state').count(), 1);
  expect(where, 'the language', await page.locator('html').getAttribute('lang'), language);
  const korean = await page.locator('h1').innerText();
  expect(where, 'the heading', /[가-힣]/.test(korean), language === 'ko');

  await scroll(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) problems.push(`${where}: the page is ${wide} pixels too wide`);
  if (graphql.length > 2) problems.push(`${where}: the page asked ${graphql.length} times`);
  await accessibility(page, where);
  if (folder) await page.screenshot({ path: join(folder, `dashboard-${language}-${width}.png`), fullPage: true });
  await context.close();
}

async function filter(browser) {
  const { context, page, where } = await open(browser, '/?lang=ko');
  const matching = page.locator('.lede strong').nth(2);
  await page.locator('#cases-region .bars').waitFor();
  const all = number(await matching.innerText());
  const { some } = await ask('{ some: adoptionCases(where: { currentRegion: { code: { eq: "KR-11" } } }) { totalCount } }');
  await page.getByLabel('시·도').first().selectOption('KR-11');
  await page.waitForURL(/region=KR-11/);
  await page.waitForFunction(() => !document.querySelector('#cases-stage[aria-busy]'));
  expect(where, 'the number of cases in Seoul', number(await matching.innerText()), some.totalCount);
  await page.goBack();
  await page.waitForFunction(() => !location.search.includes('region') && !document.querySelector('#cases-stage[aria-busy]'));
  expect(where, 'the number of cases after going back', number(await matching.innerText()), all);
  await page.goForward();
  await page.waitForURL(/region=KR-11/);
  expect(where, 'the division after going forward', await page.locator('#region').inputValue(), 'KR-11');

  // The address alone brings the same page.
  await page.reload();
  await page.locator('#cases-region .bars').waitFor();
  expect(where, 'the number of cases by address', number(await matching.innerText()), some.totalCount);
  // Another language keeps the filter.
  await page.locator('.prefs button').click();
  await page.waitForURL(/lang=en/);
  await page.getByRole('heading', { level: 1 }).filter({ hasText: /^[^가-힣]+$/ }).waitFor();
  expect(where, 'the division in English', await page.locator('#region').inputValue(), 'KR-11');
  await context.close();
}

async function keyboard(browser) {
  const { context, page, where } = await open(browser, '/?lang=ko');
  await page.locator('#cases-region .bars').waitFor();
  await page.keyboard.press('Tab');
  expect(where, 'the first stop', await page.evaluate(() => document.activeElement?.className), 'skip');
  await page.keyboard.press('Enter');
  expect(where, 'where the skip link leads', await page.evaluate(() => document.activeElement?.id), 'content');
  const bar = page.locator('#cases-region button.bar-row').first();
  await bar.focus();
  await page.keyboard.press('Space');
  await page.waitForURL(/region=/);
  const table = page.locator('#feedback details > summary');
  await table.focus();
  await page.keyboard.press('Enter');
  await page.locator('#feedback table.data').waitFor();
  await context.close();
}

/** What the API seldom answers is put into its answers: the page must show it as it is, and no tile may take others with it. */
async function odd(browser) {
  const broken = [];
  let busy = 2;
  const before = (page) => {
    page.on('console', (message) => message.type() === 'error' && broken.push(message.text()));
    page.route('**/graphql', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      if (busy > 0) {
        busy -= 1;
        return route.fulfill({ status: 429, headers: { 'retry-after': '1' }, json: { errors: [{ message: 'Busy.', extensions: { code: 'RATE_LIMITED' } }] } });
      }
      const response = await route.fetch();
      const { data } = await response.json();
      if (data.feedback) {
        Object.assign(data.feedback.total, { raised: 500, answered: 499, delivered: 2, withEffect: 1 });
        data.feedback.rows[0].keys[0] = { code: 'X', label: { ko: '\n=1+1', en: null } };
        data.feedback.rows[1].keys[0] = { code: 'Y', label: { ko: '＝HYPERLINK("x")', en: null } };
        data.billCounts.total = { count: 31, pending: 12, stalled: 3 };
        // The first event is corrected by one that was entered last.
        const [bill] = data.leading.nodes;
        bill.events.nodes.push({ ...bill.events.nodes[0], id: 'corrects', occurredOn: '2024-12-24', corrects: { id: bill.events.nodes[0].id } });
        data.periods.nodes = null;
        // Reported results stand beside made-up ones, and another programme counts under the same name.
        const [release] = data.publishedExamples.nodes;
        const [cell] = release.cells.nodes;
        const namesake = { ...cell, id: 'namesake', indicator: { ...cell.indicator, programme: { code: 'OTHER', name: { ko: '다른 사업', en: 'Another programme' } } } };
        data.published.nodes = [{ ...release, origin: 'REPORTED', cells: { ...release.cells, nodes: [...release.cells.nodes, namesake] } }];
      }
      if (data.region) data.region.rows.push({ keys: [{ code: 'NATIONWIDE', label: { ko: '전국', en: 'Nationwide' } }], count: 7, investment: { count: 0, median: null } });
      await route.fulfill({ response, json: { data } });
    });
  };
  const { context, page, where } = await open(browser, '/?lang=en', { before, isOdd: true });
  await page.locator('.state.failed').filter({ hasText: 'tries again in 1 second' }).first().waitFor();
  await page.locator('#cases-region .bars').waitFor({ timeout: 15_000 });
  const text = async (selector) => (await page.locator(selector).allInnerTexts()).join(' ').replace(/\s+/g, ' ');
  const has = async (what, selector, wanted) => {
    const shown = await text(selector);
    if (!shown.includes(wanted)) problems.push(`${where}: ${what}: "${shown.slice(0, 200)}" lacks "${wanted}"`);
  };
  await has('499 of 500', '#feedback .flow', '99.8% of raised');
  await has('1 of 500', '#feedback .flow', '0.2% of raised');
  await has('pending bills', '#bills .basis', '31 bills, 12 pending');
  expect(where, 'marks of made-up figures on reported ones', await page.locator('#published .illustrative').count(), 0);
  await has('the programme of an indicator whose name another has', '#published figcaption .of', 'Another programme');
  expect(where, 'indicators that name their programme', await page.locator('#published figcaption .of').count(), 2);
  await has('cases of no division', '#cases-region .bars', 'Nationwide');
  await page.locator('#bills details > summary').click();
  const drafting = await page.locator('#bills details tbody tr').first().innerText();
  if (!drafting.includes('24 Dec 2024')) problems.push(`${where}: the event that was corrected stands in the table: ${drafting}`);
  // A tile that cannot be drawn says so; its neighbours stand.
  await has('a tile that fails', '.tile:has(> .state.failed)', 'This part could not be shown');
  for (const id of ['feedback', 'bills', 'meetings', 'news', 'targets']) expect(where, `tiles called ${id}`, await page.locator(`#${id}`).count(), 1);
  if (!broken.some((one) => one.includes('null'))) problems.push(`${where}: what broke the tile is not told on the console`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#feedback .tools button').first().click()]);
  const csv = readFileSync(await download.path(), 'utf8');
  if (!csv.includes(`"'\n=1+1"`) || !csv.includes(`"'＝HYPERLINK(""x"")"`)) problems.push(`${where}: a spreadsheet would run what stands in the file: ${csv.slice(0, 200)}`);
  await context.close();

  // A stray percent sign behind `#` names no part, and breaks nothing.
  const { bodies } = await ask('{ bodies(first: 1) { nodes { code } } }');
  const stray = await open(browser, `/bodies/${bodies.nodes[0].code}?lang=ko#%E0%A4%A`);
  await stray.page.locator('.thing h1').waitFor();
  await stray.context.close();
}

async function weight(browser) {
  let sum = 0;
  const sizes = [];
  const before = (page) =>
    page.on('requestfinished', (request) => {
      if (request.url().endsWith('.js')) sizes.push(request.sizes().then((one) => one.responseBodySize));
    });
  const { context, page, where } = await open(browser, '/?lang=ko', { before });
  await page.locator('#cases-region .bars').waitFor();
  await scroll(page);
  for (const one of await Promise.all(sizes)) sum += one;
  const shown = await page.evaluate(() => Math.round(globalThis.firstFigures));
  console.log(`${where}: ${Math.round(sum / 1024)} kB of scripts, first figures after ${shown} ms`);
  if (sum > scripts) problems.push(`${where}: scripts of ${Math.round(sum / 1024)} kB`);
  if (shown > soon) problems.push(`${where}: first figures after ${shown} ms`);
  await context.close();
}

async function live(browser, token) {
  const { context, page, where } = await open(browser, '/?lang=en');
  await page.locator('#news .pulse.is-open').waitFor();
  const code = `LIVE_${Date.now()}`;
  const input = {
    code,
    body: 'POLICY_COUNCIL',
    kind: 'AD_HOC',
    title: { ko: `화면 점검 회의 ${code}`, en: `Meeting to check the page ${code}` },
    heldOn: new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10),
    idempotencyKey: code,
  };
  const { planMeeting } = await ask('mutation ($input: PlanMeetingInput!) { planMeeting(input: $input) { errors { message } } }', { input }, token);
  if (planMeeting.errors.length > 0) throw new Error(planMeeting.errors[0].message);
  try {
    await page.locator('#news .news .is-fresh').filter({ hasText: code }).waitFor({ timeout: 15_000 });
  } catch {
    problems.push(`${where}: a change that was made did not arrive`);
  }
  // The tile of meetings follows without a reload.
  try {
    await page.locator('#meetings .meeting').filter({ hasText: code }).waitFor({ timeout: 15_000 });
  } catch {
    problems.push(`${where}: the meeting that was planned did not appear`);
  }
  await context.close();
}

if (!URL.canParse(base)) throw new Error('Usage: node pages.mjs http://127.0.0.1:8080 [FOLDER_OF_SCREENSHOTS]');
if (folder) mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    // Whatever asks for another host fails here, and so does not depend on the network.
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
  ],
});
try {
  for (const language of ['ko', 'en']) for (const width of [390, 1280, 1920]) await look(browser, language, width);
  await filter(browser);
  await keyboard(browser);
  await odd(browser);
  await weight(browser);
  if (process.env.AIPLUS_TOKEN) await live(browser, process.env.AIPLUS_TOKEN);
} finally {
  await browser.close();
}
if (problems.length > 0) {
  console.error(`The pages at ${base} are broken:\n${[...new Set(problems)].join('\n')}`);
  process.exitCode = 1;
} else {
  console.log(`The pages at ${base} work.`);
}
