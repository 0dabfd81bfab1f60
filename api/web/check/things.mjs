// Opens a page of every kind of thing, every list and the search of a running server in Chromium, in both languages,
// on a phone and on a desk, and fails when one does not show what the API answers or breaks a rule of the site; `every.mjs` looks at accessibility and keeps pictures.
//
//   node things.mjs http://127.0.0.1:8080
//
// CHROMIUM names another browser than /usr/bin/chromium.

import { launch, problems } from './support.mjs';

const [base] = process.argv.slice(2);
if (!URL.canParse(base)) {
  console.error('Usage: node things.mjs http://127.0.0.1:8080');
  process.exit(2);
}
const languages = ['ko', 'en'];
const widths = [390, 1280];

async function ask(query, variables = {}) {
  const response = await fetch(new URL('/graphql', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`The API answered ${JSON.stringify(errors)}`);
  return data;
}

/** One of each kind: where its page is, what it is called, and figures that the page must show. */
async function things() {
  const text = '{ ko en }';
  const data = await ask(`{
    bodies(first: 50) { nodes { code name ${text} meetings { totalCount } appointments { totalCount } series { nodes { cadence record { expected held missed notOnRecord } } } } }
    meetings(first: 1, where: { agenda: { some: {} }, statements: { some: {} } }, orderBy: [{ field: HELD_ON, direction: DESC }]) {
      nodes { code title ${text} agenda { totalCount nodes { title ${text} } } attendance { totalCount } statements { totalCount } recommendations { totalCount } conflicts { totalCount } } }
    institutions(first: 1, where: { addressedRecommendations: { some: {} } }) { nodes { code name ${text} addressedRecommendations { totalCount } units { totalCount } } }
    bills(first: 1, where: { events: { some: {} }, initiative: { titles: { some: {} } } }, orderBy: [{ field: LATEST_EVENT, direction: DESC }]) {
      nodes { number title ${text} events { totalCount } provisions { totalCount } initiative { titles { totalCount nodes { title ${text} } } } } }
    recommendations(first: 1, where: { effects: { some: {} } }) { nodes { code title ${text} effects { nodes { title ${text} } } } }
    adoptionCases(first: 1, where: { outcomes: { some: {} } }) { nodes { code title ${text} outcomes { totalCount } barriers { totalCount } } }
    programmes(first: 1) { nodes { code name ${text} indicators { totalCount nodes { name ${text} } } obligations { totalCount } } }
    persons(first: 1, where: { memberships: { some: {} } }) { nodes { code name ${text} memberships { totalCount } } }
    policyPlans(first: 1, where: { tasks: { some: {} } }) { nodes { code title ${text} tasks { totalCount } } }
    documents(first: 1) { nodes { code title ${text} } }
  }`);
  const body = data.bodies.nodes.toSorted((a, b) => b.series.nodes.length - a.series.nodes.length)[0];
  const [meeting] = data.meetings.nodes;
  const [institution] = data.institutions.nodes;
  const [bill] = data.bills.nodes;
  const [recommendation] = data.recommendations.nodes;
  const [found] = data.adoptionCases.nodes;
  const [programme] = data.programmes.nodes;
  const [person] = data.persons.nodes;
  const [plan] = data.policyPlans.nodes;
  const [document] = data.documents.nodes;
  const all = [
    body && {
      kind: 'bodies',
      code: body.code,
      name: body.name,
      counts: { meetings: body.meetings.totalCount, members: body.appointments.totalCount },
      tallies: body.series.nodes.filter(({ cadence }) => cadence !== 'IRREGULAR').map(({ record }) => [record.expected, record.held, record.missed, record.notOnRecord]),
    },
    meeting && {
      kind: 'meetings',
      code: meeting.code,
      name: meeting.title,
      counts: {
        agenda: meeting.agenda.totalCount,
        attendance: meeting.attendance.totalCount,
        statements: meeting.statements.totalCount,
        recommendations: meeting.recommendations.totalCount,
        ...(meeting.conflicts.totalCount > 0 ? { conflicts: meeting.conflicts.totalCount } : {}),
      },
      texts: meeting.agenda.nodes.map((one) => one.title),
    },
    institution && { kind: 'institutions', code: institution.code, name: institution.name, counts: { addressed: institution.addressedRecommendations.totalCount } },
    bill && {
      kind: 'bills',
      code: bill.number,
      name: bill.title,
      counts: { way: bill.events.totalCount, provisions: bill.provisions.totalCount, titles: bill.initiative.titles.totalCount },
      texts: bill.initiative.titles.nodes.map((one) => one.title),
    },
    recommendation && { kind: 'recommendations', code: recommendation.code, name: recommendation.title, texts: recommendation.effects.nodes.map((one) => one.title) },
    found && { kind: 'cases', code: found.code, name: found.title, counts: { outcomes: found.outcomes.totalCount, barriers: found.barriers.totalCount } },
    programme && {
      kind: 'programmes',
      code: programme.code,
      name: programme.name,
      counts: { indicators: programme.indicators.totalCount, reporters: programme.obligations.totalCount },
      texts: programme.indicators.nodes.map((one) => one.name),
    },
    person && { kind: 'persons', code: person.code, name: person.name, counts: { posts: person.memberships.totalCount } },
    plan && { kind: 'plans', code: plan.code, name: plan.title, counts: { tasks: plan.tasks.totalCount } },
    document && { kind: 'documents', code: document.code, name: document.title },
  ];
  all.forEach((one, index) => one ?? problems.push(`The server has no thing of kind ${index} to look at.`));
  return { all: all.filter(Boolean), meeting, body };
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
  const { all, meeting, body } = await things();
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
      if (!(await heading()).startsWith(squeeze(say(meeting.title, language)))) problems.push(`${where}: the pack is headed "${await heading()}"`);
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
  await open(`/bodies/${body.code}`, 'ko', 1280, { isLooked: false });
  const start = await heading();
  await page.locator('#meetings .line-title a').first().focus();
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
  if (answer.data?.body?.code !== body.code) problems.push(`The JSON of ${body.code} is ${JSON.stringify(answer).slice(0, 200)}`);

  await browser.close();
}

await main().catch((error) => problems.push(error.message));
if (problems.length > 0) {
  console.error([...new Set(problems)].join('\n'));
  process.exit(1);
}
console.log('Every page of things shows what the API answers.');
