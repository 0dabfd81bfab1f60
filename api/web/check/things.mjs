// Opens a page of every kind of thing, every list and the search of a running server in Chromium, in both languages,
// on a phone and on a desk, and fails when one does not show what the API answers or breaks a rule of the site; `every.mjs` looks at accessibility and keeps pictures.
//
//   node things.mjs http://127.0.0.1:8080
//
// CHROMIUM names another browser than /usr/bin/chromium.

import { asker, launch, oneOfEach, problems } from './support.mjs';

const [base] = process.argv.slice(2);
if (!URL.canParse(base)) {
  console.error('Usage: node things.mjs http://127.0.0.1:8080');
  process.exit(2);
}
const languages = ['ko', 'en'];
const widths = [390, 1280];

const ask = asker(base);

const text = '{ ko en }';
/** What is asked of each kind, and what of it the page must show: figures at its parts, texts, tallies of meetings. */
const kinds = {
  bodies: {
    fields: `name ${text} meetings { totalCount } appointments { totalCount } series { nodes { cadence record { expected held missed notOnRecord } } }`,
    shows: ({ meetings, appointments, series }) => ({
      counts: { meetings: meetings.totalCount, members: appointments.totalCount },
      tallies: series.nodes.filter(({ cadence }) => cadence !== 'IRREGULAR').map(({ record }) => [record.expected, record.held, record.missed, record.notOnRecord]),
    }),
  },
  meetings: {
    fields: `name: title ${text} body { code } agenda { totalCount nodes { title ${text} } } attendance { totalCount } statements { totalCount } recommendations { totalCount } conflicts { totalCount }`,
    shows: ({ body, agenda, attendance, statements, recommendations, conflicts }) => ({
      of: body.code,
      counts: {
        agenda: agenda.totalCount,
        attendance: attendance.totalCount,
        statements: statements.totalCount,
        recommendations: recommendations.totalCount,
        ...(conflicts.totalCount > 0 ? { conflicts: conflicts.totalCount } : {}),
      },
      texts: agenda.nodes.map(({ title }) => title),
    }),
  },
  institutions: {
    fields: `name ${text} addressedRecommendations { totalCount }`,
    shows: ({ addressedRecommendations }) => ({ counts: { addressed: addressedRecommendations.totalCount } }),
  },
  bills: {
    fields: `name: title ${text} events { totalCount } provisions { totalCount } initiative { titles { totalCount nodes { title ${text} } } }`,
    shows: ({ events, provisions, initiative: { titles } }) => ({
      counts: { way: events.totalCount, provisions: provisions.totalCount, titles: titles.totalCount },
      texts: titles.nodes.map(({ title }) => title),
    }),
  },
  recommendations: {
    fields: `name: title ${text} effects { nodes { title ${text} } }`,
    shows: ({ effects }) => ({ texts: effects.nodes.map(({ title }) => title) }),
  },
  cases: {
    fields: `name: title ${text} outcomes { totalCount } barriers { totalCount }`,
    shows: ({ outcomes, barriers }) => ({ counts: { outcomes: outcomes.totalCount, barriers: barriers.totalCount } }),
  },
  programmes: {
    fields: `name ${text} indicators { totalCount nodes { name ${text} } } obligations { totalCount }`,
    shows: ({ indicators, obligations }) => ({
      counts: { indicators: indicators.totalCount, reporters: obligations.totalCount },
      texts: indicators.nodes.map(({ name }) => name),
    }),
  },
  persons: {
    fields: `name ${text} memberships { totalCount }`,
    shows: ({ memberships }) => ({ counts: { posts: memberships.totalCount } }),
  },
  plans: {
    fields: `name: title ${text} tasks { totalCount }`,
    shows: ({ tasks }) => ({ counts: { tasks: tasks.totalCount } }),
  },
  documents: { fields: `name: title ${text}`, shows: () => ({}) },
};

/** One of each kind: its code, what it is called, and what its page must show; of a meeting its body, too. */
async function things() {
  const found = await oneOfEach(ask, Object.fromEntries(Object.entries(kinds).map(([kind, { fields }]) => [kind, fields])));
  return Object.entries(found).map(([kind, of]) => ({ kind, code: of.code, name: of.name, ...kinds[kind].shows(of) }));
}

/** Watches what a page must not do, and counts what it asks. */
function watch(page, at) {
  const seen = { requests: 0 };
  page.on('request', (request) => {
    const { hostname, pathname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== new URL(base).hostname) problems.push(`${at()}: a request goes elsewhere: ${request.url()}`);
    if (pathname === '/graphql') seen.requests += 1;
  });
  page.on('response', (response) => response.status() >= 400 && problems.push(`${at()}: ${response.status()} for ${response.url()}`));
  page.on('console', (message) => message.type() === 'error' && problems.push(`${at()}: the console shows ${message.text()}`));
  page.on('pageerror', (error) => problems.push(`${at()}: the page threw ${error.message}`));
  return seen;
}

const say = (name, language) => (language === 'en' && name.en ? name.en : name.ko);
const squeeze = (text) => text.replace(/\s+/g, ' ').trim();

async function main() {
  const all = await things();
  const [body, meeting] = ['bodies', 'meetings'].map((kind) => all.find((one) => one.kind === kind));
  const browser = await launch();
  let where = '';
  const context = await browser.newContext({ locale: 'ko-KR' });
  const page = await context.newPage();
  const seen = watch(page, () => where);

  /** Opens a page, waits until it shows what it is about, and looks at what holds for every page. */
  async function open(path, language, width, { isLooked = true } = {}) {
    where = `${path} (${language}, ${width})`;
    await page.setViewportSize({ width, height: 900 });
    seen.requests = 0;
    const address = new URL(path, base);
    address.searchParams.set('lang', language);
    await page.goto(address.href);
    await page.locator('h1').first().waitFor();
    // A part that asks for itself shows a skeleton, or nothing below its heading, until it is answered.
    await page.waitForFunction(() => !document.querySelector('.skeleton') && ![...document.querySelectorAll('.part')].some((part) => part.children.length < 2));
    if (!isLooked) return;
    if (seen.requests > 2) problems.push(`${where}: ${seen.requests} GraphQL requests instead of at most two`);
    const found = await page.evaluate(() => ({
      headings: document.querySelectorAll('h1').length,
      mains: document.querySelectorAll('main').length,
      bare: [...document.querySelectorAll('table')].filter((table) => !table.querySelector('thead th[scope="col"]')).length,
      over: document.documentElement.scrollWidth - innerWidth,
      language: document.documentElement.lang,
      query: document.querySelectorAll('a[href^="/graphiql#"]').length,
      json: document.querySelectorAll('a[href^="/graphql?"]').length,
    }));
    if (found.headings !== 1) problems.push(`${where}: ${found.headings} headings of the first level`);
    if (found.mains !== 1) problems.push(`${where}: ${found.mains} main landmarks`);
    if (found.bare > 0) problems.push(`${where}: ${found.bare} tables without headers of columns`);
    if (found.over > 0) problems.push(`${where}: ${found.over} pixels wider than the window`);
    if (found.language !== language) problems.push(`${where}: the page says it is in ${found.language}`);
    return found;
  }

  async function heading() {
    return squeeze(await page.locator('h1').first().innerText());
  }

  for (const language of languages) {
    for (const width of widths) {
      for (const { kind, code, name, counts = {}, texts = [], tallies = [] } of all) {
        const found = await open(`/${kind}/${code}`, language, width);
        const wanted = squeeze(say(name, language));
        if (!(await heading()).startsWith(wanted)) problems.push(`${where}: the heading is "${await heading()}" instead of "${wanted}"`);
        if (!(await page.title()).includes(say(name, language))) problems.push(`${where}: the window's title is "${await page.title()}"`);
        if (!found.query || !found.json) problems.push(`${where}: no link to its query or to its JSON`);
        for (const [part, count] of Object.entries(counts)) {
          const shown = await page.locator(`#${part} > h2 .count`).innerText({ timeout: 2000 }).catch(() => 'nothing');
          if (shown !== String(count)) problems.push(`${where}: the part ${part} counts ${shown} instead of ${count}`);
        }
        const whole = squeeze(await page.locator('main').innerText());
        for (const text of texts) if (!whole.includes(squeeze(say(text, language)))) problems.push(`${where}: "${say(text, language)}" is missing`);
        const shown = await page.locator('.tally:has(.is-expected)').evaluateAll((lists) => lists.map((list) => [...list.querySelectorAll('dd')].slice(0, 4).map((one) => Number(one.textContent))));
        if (tallies.length > 0 && JSON.stringify(shown) !== JSON.stringify(tallies)) problems.push(`${where}: meetings are counted ${JSON.stringify(shown)} instead of ${JSON.stringify(tallies)}`);

        await open(`/${kind}`, language, width);
        if ((await page.locator('.line').count()) === 0) problems.push(`${where}: the list is empty`);

        await open(`/${kind}/NO_SUCH_CODE`, language, width);
        const missing = language === 'ko' ? '찾을 수 없습니다' : 'Not found';
        if ((await heading()) !== missing) problems.push(`${where}: an unknown code shows "${await heading()}"`);
      }
      await open(`/bodies/${body.code.slice(0, -1)}`, language, width);
      if ((await page.locator('.not-found .chip').first().innerText()) !== body.code) problems.push(`${where}: the code that was meant is not offered`);
      await open(`/meetings/${meeting.code}/pack`, language, width);
      if (!(await heading()).startsWith(squeeze(say(meeting.name, language)))) problems.push(`${where}: the pack is headed "${await heading()}"`);
      await open('/search?q=AI', language, width);
      await open(`/search?q=${encodeURIComponent('없는말 정책')}`, language, width);
    }
  }

  // Counts of a search and of a filtered list are those of the API.
  const { search } = await ask('query ($text: String!) { search(text: $text, types: [RECOMMENDATION, RECOMMENDATION_ANSWER, EFFECT, BARRIER], first: 1) { totalCount } }', { text: 'AI' });
  await open('/search?q=AI', 'ko', 1280, { isLooked: false });
  const counted = await page.locator('#recommendations > h2 .count').innerText();
  if (counted !== String(search.totalCount)) problems.push(`${where}: ${counted} recommendations instead of ${search.totalCount}`);
  if ((await page.locator('#recommendations mark').count()) === 0) problems.push(`${where}: the words are not marked`);
  await open(`/search?q=${encodeURIComponent('없는말 정책')}`, 'ko', 1280, { isLooked: false });
  await page.locator('.state .chip').filter({ hasText: '정책' }).first().click();
  await page.waitForURL((address) => address.searchParams.get('q') === '정책');
  await page.locator('.part h2').first().waitFor();

  const { recommendations } = await ask('{ recommendations(where: { status: { eq: RAISED } }) { totalCount } }');
  await open('/recommendations', 'ko', 1280, { isLooked: false });
  const before = await page.locator('.count-line').innerText();
  await page.locator('select[name=status]').selectOption('RAISED');
  await page.locator('.filters button[type=submit]').click();
  await page.waitForURL((address) => address.searchParams.get('status') === 'RAISED');
  await page.locator('.count-line').filter({ hasText: `${recommendations.totalCount}건` }).waitFor({ timeout: 5000 }).catch(async () => {
    problems.push(`${where}: filtered, it counts ${await page.locator('.count-line').innerText()} instead of ${recommendations.totalCount}`);
  });
  await page.goBack();
  await page.locator('.count-line').filter({ hasText: before }).waitFor({ timeout: 5000 }).catch(() => problems.push(`${where}: back does not undo the filter`));
  if ((await page.locator('select[name=status]').inputValue()) !== '') problems.push(`${where}: after back the filter still shows`);

  // The next page of a list, and back.
  const { adoptionCases } = await ask('{ adoptionCases(first: 21, orderBy: [{ field: PUBLISHED_ON, direction: DESC }]) { nodes { title { ko } } pageInfo { hasNextPage } } }');
  if (adoptionCases.nodes.length === 21) {
    await open('/cases', 'ko', 1280, { isLooked: false });
    await page.locator('.paging [rel=next]').click();
    await page.waitForURL((address) => address.searchParams.has('after'));
    await page.locator('.line-title').first().filter({ hasText: adoptionCases.nodes[20].title.ko }).waitFor({ timeout: 5000 }).catch(() => problems.push('/cases: the next page does not begin with the 21st case'));
  }

  // From a body to its meeting, a source, and back twice, by keyboard.
  await open(`/bodies/${meeting.of}`, 'ko', 1280, { isLooked: false });
  const start = await heading();
  await page.locator(`#meetings .line-title a[href^="/meetings/${meeting.code}"]`).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/meetings\//);
  await page.locator('.thing[data-kind=meetings] h1').waitFor();
  await page.locator('.sources ol a').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('.thing[data-kind=documents] h1').waitFor();
  await page.goBack();
  await page.locator('.thing[data-kind=meetings] h1').waitFor();
  await page.goBack();
  await page.locator('.thing[data-kind=bodies] h1').waitFor();
  if ((await heading()) !== start) problems.push(`Back from a meeting shows "${await heading()}" instead of "${start}"`);

  // What the page's query answers is JSON.
  const json = await page.locator('a[href^="/graphql?"]').first().getAttribute('href');
  const answer = await (await fetch(new URL(json, base))).json();
  if (answer.data?.body?.code !== meeting.of) problems.push(`The JSON of ${meeting.of} is ${JSON.stringify(answer).slice(0, 200)}`);

  await browser.close();
}

await main().catch((error) => problems.push(error.message));
if (problems.length > 0) {
  console.error([...new Set(problems)].join('\n'));
  process.exit(1);
}
console.log('Every page of things shows what the API answers.');
