// What the checks of pages share: what they ask the API, a browser without the outside network, what a page must not do,
// and rules of accessibility.

import axe from 'axe-core';
import { chromium } from 'playwright-core';

/** What was seen on the way; looked at once at the end, so that one run names every problem. */
export const problems = [];

export class Failure extends Error {}

/** Runs one step; `expected` is the sentence to print when it does not come true. */
export async function step(expected, action) {
  try {
    return await action();
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(`${expected}\n${error.message}`);
  }
}

export function equal(given, wanted, what) {
  if (given !== wanted) throw new Error(`${what}: ${JSON.stringify(given)} instead of ${JSON.stringify(wanted)}.`);
}

/** Asks the API of a server. */
export const asker = (base) => async (query, variables = {}, token) => {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(new URL('/graphql', base), { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`The API answered ${JSON.stringify(errors)}`);
  return data;
};

/** Of each kind of page, the first thing that has much to show. */
const samples = {
  bodies: 'bodies(first: 1, where: { series: { some: { cadence: { ne: IRREGULAR } } }, meetings: { some: {} } })',
  meetings: 'meetings(first: 1, where: { citations: { some: {} }, agenda: { some: {} }, statements: { some: {} } }, orderBy: [{ field: HELD_ON, direction: DESC }])',
  institutions: 'institutions(first: 1, where: { addressedRecommendations: { some: {} } })',
  bills: 'bills(first: 1, where: { events: { some: {} }, initiative: { titles: { some: {} } } }, orderBy: [{ field: LATEST_EVENT, direction: DESC }])',
  recommendations: 'recommendations(first: 1, where: { effects: { some: {} } })',
  cases: 'adoptionCases(first: 1, where: { outcomes: { some: {} } })',
  programmes: 'programmes(first: 1, where: { indicators: { some: { publicationDecidedAt: { isNull: false } } } })',
  persons: 'persons(first: 1, where: { memberships: { some: {} } })',
  plans: 'policyPlans(first: 1, where: { tasks: { some: {} } })',
  documents: 'documents(first: 1)',
};

/** One of each kind by its name in addresses: its code, and of it what `fields` names besides. */
export async function oneOfEach(ask, fields = {}) {
  const asked = Object.entries(samples).map(([kind, list]) => `${kind}: ${list} { nodes { code${kind === 'bills' ? ': number' : ''} ${fields[kind] ?? ''} } }`);
  const found = Object.entries(await ask(`{ ${asked.join('\n')} }`)).map(([kind, { nodes }]) => [kind, nodes[0]]);
  for (const [kind, one] of found) if (!one) throw new Error(`The server has nothing of ${kind} to look at.`);
  return Object.fromEntries(found);
}

export function launch() {
  return chromium.launch({
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
  });
}

/**
 * Watches a page: nothing from elsewhere, no error on the console or thrown. What a check provokes itself it names in
 * the list that this answers with.
 */
export function watch(page, base, expected = []) {
  const { origin } = new URL(base);
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (protocol.startsWith('http') && asked !== origin) problems.push(`A request goes elsewhere: ${request.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.some((one) => one.test(message.text()))) {
      problems.push(`The console shows an error: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => problems.push(`The page threw an error: ${error.message}`));
  return expected;
}

const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Rules of WCAG 2.2, levels A and AA, on what is shown now; or those that `only` names. */
export async function audit(page, name, only = levels) {
  // By the debugger's way in: the page's policy lets no script in. Once for each document.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(`${axe.source}\n;undefined`);
  const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly, resultTypes: ['violations'] }), only);
  for (const { id, help, nodes } of violations) {
    problems.push(`${name} breaks ${id} (${help}): ${nodes.slice(0, 3).map(({ target, failureSummary }) => `${target} ${failureSummary.split('\n')[1] ?? ''}`).join(' | ')}`);
  }
}
