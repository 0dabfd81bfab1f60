// Opens the GraphiQL page of a running server in Chromium, uses it as a reader would, and fails
// when anything on it is broken, against the content security policy, or loaded from elsewhere.
//
//   node browser.mjs http://127.0.0.1:8080 [FOLDER FOR PICTURES]
//
// CHROMIUM names another browser than /usr/bin/chromium. AIPLUS_TOKEN, if set, is put into the
// headers editor as the bearer token.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

const [base, folder] = process.argv.slice(2);
const examples = 11;

/** What the page must not do; looked at once at the end, so that one run names every problem. */
const problems = [];

class Failure extends Error {}

/** Runs one step; `expected` is the sentence to print when it does not come true. */
async function step(expected, action) {
  try {
    return await action();
  } catch (error) {
    throw new Failure(`${expected}\n${error.message}`);
  }
}

function watch(page) {
  const onlyLoopback = (kind, address) => {
    const { protocol, hostname } = new URL(address);
    if (protocol === 'data:') return;
    if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) problems.push(`${kind} goes elsewhere: ${address}`);
  };
  // Playwright reports the requests of the page's workers here, too.
  page.on('request', (request) => onlyLoopback('A request', request.url()));
  page.on('requestfailed', (request) => {
    problems.push(`A request failed: ${request.url()} (${request.failure()?.errorText})`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`A request was answered ${response.status()}: ${response.url()}`);
  });
  page.on('websocket', (socket) => onlyLoopback('A WebSocket', socket.url()));
  // A blob: or data: worker would need a wider policy than the server sends.
  page.on('worker', (worker) => {
    if (!worker.url().startsWith(`${new URL(base).origin}/assets/`)) {
      problems.push(`A worker is not one of the page's files: ${worker.url()}`);
    }
  });
  // Chromium reports violations of the content security policy as console errors.
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`The console shows an error: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`The page threw an error: ${error.message}`));
}

async function check(page) {
  watch(page);

  const worker = page.waitForEvent('worker', (candidate) => candidate.url().includes('/graphql.worker'));
  // Awaited below; without this, a failure before that would end the process without its sentence.
  worker.catch(() => {});

  const response = await step('/graphiql could not be opened.', () => page.goto(new URL('/graphiql', base).href));
  const policy = response.headers()['content-security-policy'] ?? '';
  if (!policy.includes("script-src 'self'")) {
    problems.push(`/graphiql has no strict content security policy, but "${policy}"`);
  }
  if ((await page.title()) !== 'aiplus GraphiQL') problems.push(`The page's title is "${await page.title()}"`);

  const tabs = page.getByRole('tab');
  await step('The tabs did not appear.', () => tabs.first().waitFor());
  if ((await tabs.count()) !== examples) problems.push(`There are ${await tabs.count()} tabs instead of ${examples}`);

  await step('The first example is not in the editor.', () =>
    page.locator('.graphiql-query-editor .view-line').first().waitFor(),
  );
  await step("Monaco's GraphQL worker did not start.", () => worker);

  if (process.env.AIPLUS_TOKEN) {
    const headers = JSON.stringify({ Authorization: `Bearer ${process.env.AIPLUS_TOKEN}` });
    // An edit as by hand, but at once: Monaco would add closing quotes to typed ones.
    await step('The token could not be put into the headers editor.', () =>
      page.evaluate((text) => {
        const editor = globalThis.__MONACO.editor
          .getEditors()
          .find((candidate) => candidate.getModel().uri.path.endsWith('request-headers.json'));
        editor.executeEdits('check', [{ range: editor.getModel().getFullModelRange(), text }]);
      }, headers),
    );
  }

  const answer = page.locator('.graphiql-response .view-lines');
  await step('The example in the first tab got no answer.', async () => {
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await answer.filter({ hasText: /"(data|errors)"/ }).waitFor();
  });
  const text = await answer.innerText();
  if (!text.includes('"data"') || text.includes('"errors"')) {
    problems.push(`The example in the first tab was not answered with data alone:\n${text}`);
  }

  const docs = page.locator('.graphiql-doc-explorer');
  await step('The documentation explorer did not open.', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await docs.waitFor();
  });
  await step('The documentation of the type Query did not open.', async () => {
    await docs.getByRole('link', { name: 'Query', exact: true }).click();
    await docs.locator('.graphiql-doc-explorer-title').filter({ hasText: /^Query$/ }).waitFor();
  });
  await step('The documentation of the type Query is not in Korean.', () =>
    docs.locator('.graphiql-doc-explorer-content').filter({ hasText: /[가-힣]/ }).waitFor(),
  );
  await picture(page, 'docs-query');

  // What a newcomer does: looks for a Korean word, for words of a description, and for what there is.
  const find = page.getByLabel(/Search the schema/);
  for (const [words, wanted] of [
    ['건의', 'Query.recommendations'],
    ['기한 경과', 'RecommendationStatisticsRow.overdue'],
    ['adoption cases', 'Query.adoptionCases'],
    ['정체 일수', 'BillFilter.stalledDays'],
  ]) {
    await step(`A search for "${words}" does not find ${wanted}.`, async () => {
      await find.fill(words);
      await page.locator('.find-results code').filter({ hasText: new RegExp(`^${wanted.replace('.', '\\.')}$`) }).first().waitFor();
    });
  }
  // The word of each area brings what can be done there first.
  for (const [word, wanted] of [
    ['회의', 'planMeeting'], ['안건', 'setAgenda'], ['건의', 'raiseRecommendation'], ['의견수렴', 'openOpinionRound'],
    ['사례', 'draftCase'], ['법률안', 'registerBill'], ['입법과제', 'createInitiative'], ['기관', 'createInstitution'],
    ['인물', 'createPerson'], ['위촉', 'appoint'], ['자료', 'recordDocument'], ['파일', 'attachFile'], ['사업', 'createProgramme'],
    ['지표', 'createIndicator'], ['제출', 'submitSubmission'], ['기한연장', 'requestExtension'], ['공휴일', 'createHoliday'],
    ['클라이언트', 'createApiClient'], ['웹훅', 'createWebhook'],
  ]) {
    await step(`A search for "${word}" does not begin with a mutation.`, async () => {
      await find.fill(word);
      await page.locator('.find-results li:first-child code').filter({ hasText: /^Mutation\./ }).waitFor();
      await page.locator('.find-results code').filter({ hasText: new RegExp(`^Mutation\\.${wanted}$`) }).first().waitFor();
    });
  }
  await picture(page, 'docs-search');
  await step('A result does not lead to its documentation.', async () => {
    await find.fill('기한 경과');
    await page.locator('.find-results button').filter({ hasText: 'RecommendationStatisticsRow.overdue' }).click();
    await docs.locator('.graphiql-doc-explorer-title').filter({ hasText: /^overdue$/ }).waitFor();
  });
  await step('The types are not grouped by area.', async () => {
    for (let back = docs.locator('.graphiql-doc-explorer-back'); (await back.count()) > 0; ) await back.click();
    await page.locator('.areas summary', { hasText: '도입 사례' }).click();
    await page.locator('.areas code').filter({ hasText: /^adoptionCases$/ }).waitFor();
  });
  const loose = await page.locator('.areas > details').last().evaluate((area) => [...area.querySelectorAll(':scope > ul code')].map((one) => one.textContent));
  if (loose.length > 40) problems.push(`${loose.length} types and fields belong to no area: ${loose.join(' ')}`);
  await picture(page, 'docs-areas');

  // The subscription opens, and stays open without an error.
  await step('The subscription does not run.', async () => {
    await tabs.nth(examples - 1).click();
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await page.getByRole('button', { name: /^Stop query/ }).waitFor();
    await page.waitForTimeout(500);
    const said = await answer.innerText();
    if (/"errors"|closed/.test(said)) throw new Error(said);
    await page.getByRole('button', { name: /^Stop query/ }).click();
  });
  await step('The mutation does not say what it needs.', async () => {
    await tabs.nth(examples - 2).click();
    await page.locator('.graphiql-query-editor').filter({ hasText: 'content:write' }).waitFor();
  });
  await picture(page, 'mutation');
}

/** From a chart's link to its answer, on a desk and on a phone. */
async function follow(context, width) {
  const dashboard = await context.newPage();
  const link = await step('The dashboard has no link to GraphiQL.', async () => {
    await dashboard.goto(new URL('/?lang=ko', base).href);
    return dashboard.locator('#cases-stage footer a[href^="/graphiql#"]').getAttribute('href');
  });
  await dashboard.close();
  const page = await context.newPage();
  watch(page);
  await page.goto(new URL(link, base).href);
  await page.locator('.graphiql-query-editor').filter({ hasText: 'DashboardCases' }).first().waitFor();
  await step(`The query of a chart gets no answer at ${width} pixels.`, async () => {
    await page.getByRole('button', { name: /^Execute query/ }).click();
    await page.locator('.graphiql-response .view-lines').filter({ hasText: /"data"/ }).waitFor();
  });
  if ((await page.locator('.graphiql-response .view-lines').innerText()).includes('"errors"')) problems.push('The query of a chart is answered with errors.');
  const boxes = await page.evaluate(() =>
    Object.fromEntries(['.graphiql-query-editor', '.graphiql-response'].map((one) => [one, document.querySelector(one)?.getBoundingClientRect().toJSON()])),
  );
  for (const [part, { width: wide, height, right }] of Object.entries(boxes)) {
    if (wide < Math.min(300, width * 0.3) || height < 120 || right > width + 1) problems.push(`${part} is ${Math.round(wide)} × ${Math.round(height)} in a window of ${width} pixels`);
  }
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (over > 0) problems.push(`GraphiQL is ${over} pixels wider than a window of ${width}`);
  await picture(page, `chart-${width}`);
  await page.getByRole('button', { name: /Documentation Explorer/ }).click();
  await page.getByLabel(/Search the schema/).waitFor();
  await picture(page, `chart-docs-${width}`);
}

async function picture(page, name) {
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

async function main() {
  if (!URL.canParse(base)) throw new Failure('Usage: node browser.mjs http://127.0.0.1:8080 [FOLDER]');

  if (folder) mkdirSync(folder, { recursive: true });
  const browser = await step('Chromium did not start; install it, or name it in CHROMIUM.', () =>
    chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Whatever asks for another host fails here, and so does not depend on the network.
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
      ],
    }),
  );
  try {
    // A new context is an empty profile: the examples open as on a first visit.
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    try {
      await check(page);
    } finally {
      // Also after a failure: the picture often tells the reason.
      await picture(page, 'last');
    }
    for (const width of [390, 1280]) {
      const context = await browser.newContext({ viewport: { width, height: 844 } });
      await follow(context, width);
      await context.close();
    }
  } finally {
    await browser.close();
  }
  if (problems.length > 0) throw new Failure(problems.join('\n'));
}

try {
  await main();
  console.log(`GraphiQL at ${base} works.`);
} catch (error) {
  const known = error instanceof Failure;
  // What the page did wrong until then is often why a step failed.
  const before = known && problems.length > 0 && !error.message.startsWith(problems[0]) ? `\n${problems.join('\n')}` : '';
  console.error(`GraphiQL at ${base} is broken: ${known ? error.message : error.stack}${before}`);
  process.exitCode = 1;
}
