// Audits a running server against the GraphQL-over-HTTP specification.
//
//   node audits.mjs http://127.0.0.1:8080
//
// The audits are those of graphql-http, the reference implementation of that specification. It takes what
// the specification only recommends for a warning; here that fails as well, so that a step back is seen.

import { serverAudits } from 'graphql-http';

import { Report } from './src/report.mjs';

const [base] = process.argv.slice(2);
if (!base) {
  console.error('usage: node audits.mjs BASE_URL');
  process.exit(2);
}

const audits = serverAudits({
  url: String(new URL('/graphql', base)),
  fetchFn: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(10_000) }),
});
const report = new Report();

// A name begins with its level of RFC 2119.
for (const level of new Set(audits.map(({ name }) => levelOf(name)))) {
  await report.group(level, async (check) => {
    for (const audit of audits.filter(({ name }) => levelOf(name) === level)) {
      check(`${audit.id} ${audit.name}`, await problem(audit));
    }
  });
}
report.end();

function levelOf(name) {
  return name.split(' ')[0];
}

/** Why an audit fails; null if it does not. */
async function problem({ fn }) {
  let result;
  try {
    result = await fn();
  } catch (error) {
    // An audit throws if it gets no answer at all.
    return `no answer: ${error.cause ?? error}`;
  }
  if (result.status === 'ok') return null;
  const { reason, response } = result;
  // Some audits have read the body already.
  const body = response.bodyUsed ? '' : `: ${(await response.text()).slice(0, 300)}`;
  return `${result.status}: ${reason}; answered ${response.status} ${response.headers.get('content-type')}${body}`;
}
