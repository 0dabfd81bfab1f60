// Attacks a running server and measures what each request costs it.
//
//   node attacks.mjs http://127.0.0.1:8080 PID
//
// PID is the server's process, which has to be a release build with nobody else to serve: its CPU and its
// memory are read from /proc. A request that is refused must cost next to nothing, however it was made; what
// nobody waits for any more must not be worked on.

import http2 from 'node:http2';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { Process } from './src/process.mjs';
import { Report } from './src/report.mjs';
import { Server, parse } from './src/server.mjs';
import { connect, leaveAll } from './src/socket.mjs';
import { watchdog } from './src/wait.mjs';

const [base, pid] = process.argv.slice(2);
if (!base || !/^\d+$/.test(pid ?? '')) {
  console.error('usage: node attacks.mjs BASE_URL PID');
  process.exit(2);
}
watchdog(15);

/**
 * How much slower this machine is than the one on which the limits were seen, by the same work on both: the least of some tries,
 * since noise only adds. Never less than one.
 */
function slowness() {
  const SEEN_MS = 33;
  const tries = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    let text = '';
    for (let at = 0; at < 3_000; at += 1) text = JSON.stringify(Array.from({ length: 100 }, (_, each) => `${text.length}${each * at}`));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.max(1, Math.min(...tries) / SEEN_MS);
}
const SLOWER = slowness();

/** What is beyond a limit is measured again so often, and the best counts: what a request really costs, it costs each time. */
const ROUNDS = 3;
/** Times each attack is measured, and times each is made while memory is watched. */
const MEASURED = 20;
const REPEATED = 200;
/** Milliseconds of CPU of a refused request, as the median; and of any attack, each time. */
// Of the profile `release`, which is built in minutes and not optimised over crates (before that: 5). Seen: 10 at the most.
const REFUSED_MS = 20 * SLOWER;
const SINGLE_MS = 50 * SLOWER;
/** Megabytes by which memory may grow by one attack; and by many at once, each of which holds what it is making (seen: 54 at the most). */
const GROWTH_MB = 50;
const TOGETHER_MB = 100;
/** Seconds in which a slow client must be dropped, how many there are, and how long each waits between bytes. */
const DROPPED_S = 15;
const SLOW_CLIENTS = 10;
const DRIP_MS = 250;
/** When the client of a slow query leaves, how soon the server must be idle then, what it may spend till then, and how often it is tried. */
const LEAVES_MS = 20;
const IDLE_MS = 1_000;
const LEFT_MS = 50 * SLOWER;
const LEAVINGS = 5;
/** Connections that ask for large answers and take nothing: seconds in which they are dropped, how many there are, and requests on each over HTTP/2. */
const UNREAD_S = 75;
const UNREAD_CONNECTIONS = 30;
const CLOSED_WINDOWS = 4;
const STREAMS = 100;
/** Callers at once that want secrets. */
const WANT_SECRETS = 100;
/** Minutes that the repeats may take. */
const REPEATS_MINUTES = 5;

const server = new Server(base);
const { hostname, port } = new URL(base);
const body = (query, rest = {}) => JSON.stringify({ query, ...rest });
const many = (count, each, between = ' ') => Array.from({ length: count }, (_, at) => each(at)).join(between);
const nested = (levels, open, inner, close) => open.repeat(levels) + inner + close.repeat(levels);

const TOO_LARGE = ['QUERY_TOO_LARGE'];
const TOO_COSTLY = ['QUERY_TOO_COSTLY', 'QUERY_TOO_LARGE'];
const BAD = ['BAD_REQUEST', 'QUERY_TOO_LARGE'];
/** May be served. */
const ANY = null;
const NOBODY = ['UNAUTHENTICATED', 'FORBIDDEN'];

const CASES = 'adoptionCases(first: 100) { nodes { technologies(first: 100) { nodes { id } } outcomes(first: 100) { nodes { id } } barriers(first: 100) { nodes { id } } } }';
const doubling = (times) =>
  `{ ...F0 } ${many(times, (at) => `fragment F${at} on Query { ...F${at + 1} ...F${at + 1} }`)} fragment F${times} on Query { __typename }`;
const fragments = (count) => `{ ...F0 } ${many(count, (at) => `fragment F${at} on Query{__typename}`)}`;

const secrets = (count) => many(count, (at) => `a${at}: rotateApiClientSecret(input: { id: "S0wAAAAAAAAAAAAAAAAAAAAA", expectedVersion: 1, idempotencyKey: "inline-0008" }) { clientSecret }`);
/** A query with a large answer. */
const LARGE =
  body(`query Large { __schema { types { name description fields { name description args { name description } } inputFields { name description } } } }`);

/**
 * The requests: name, body, codes of the refusal. A body has a number in it, so that no answer is one that was
 * kept from before.
 */
const ATTACKS = [
  ['fragments that double 25 times', (n) => body(`query A${n} ${doubling(25)}`), TOO_LARGE],
  ['150,000 levels of fields', (n) => body(`query A${n} ${nested(150_000, '{a', '', '}')}`), TOO_LARGE],
  ['150,000 levels of fields, never closed', (n) => body(`query A${n} ${'{a'.repeat(150_000)}`), TOO_LARGE],
  ['150,000 levels of lists in an argument', (n) => body(`query A${n} { nodes(ids: ${nested(150_000, '[', '', ']')}) { id } }`), TOO_LARGE],
  ['150,000 levels of parentheses', (n) => body(`query A${n} { a${nested(150_000, '(', '', ')')} }`), TOO_LARGE],
  ['levels of fields, 60 KiB of them', (n) => body(`query A${n} ${nested(20_000, '{a', '', '}')}`), TOO_LARGE],
  ['levels of lists in an argument, 60 KiB', (n) => body(`query A${n} { nodes(ids: ${nested(30_000, '[', '', ']')}) { id } }`), TOO_LARGE],
  ['levels of a type, 60 KiB', (n) => body(`query A${n}($a: ${nested(30_000, '[', 'Int', ']')}) { __typename }`), TOO_LARGE],
  ['1,000 aliases of __typename', (n) => body(`query A${n} { ${many(1_000, (at) => `a${at}: __typename`)} }`), TOO_LARGE],
  ['1,000 aliases of a list', (n) => body(`query A${n} { ${many(1_000, (at) => `a${at}: bodies { totalCount }`)} }`), TOO_LARGE],
  ['1,000 directives on a field', (n) => body(`query A${n} { __typename ${many(1_000, () => '@skip(if: false)')} }`), TOO_LARGE],
  ['1,000 unknown directives', (n) => body(`query A${n} { __typename ${many(1_000, (at) => `@a${at}`)} }`), TOO_LARGE],
  ['20,000 fragments', (n) => body(`query A${n} ${fragments(20_000)}`), TOO_LARGE],
  ['800 fragments', (n) => body(`query A${n} ${fragments(800)}`), TOO_LARGE],
  ['5,000 root fields', (n) => body(`query A${n} { ${many(5_000, () => '__typename')} }`), ANY],
  ['5,000 root fields with aliases', (n) => body(`query A${n} { ${many(5_000, (at) => `a${at}:__typename`)} }`), TOO_LARGE],
  ['2,000 unknown root fields', (n) => body(`query A${n} { ${many(2_000, (at) => `nothing${at}`)} }`), ['GRAPHQL_VALIDATION_FAILED', 'QUERY_TOO_LARGE']],
  // Served, and worth keeping for the next time, but 50 times as large in memory as its text.
  ['a list selected 850 times', (n) => body(`query A${n}{${'bodies{nodes{id}}'.repeat(850)}}`), ANY],
  ['10,000 variables', (n) => body(`query A${n}(${many(10_000, (at) => `$a${at}:Int`)}) { __typename }`), TOO_LARGE],
  ['1,000 variables', (n) => body(`query A${n}(${many(1_000, (at) => `$a${at}: Int`)}) { __typename }`), TOO_LARGE],
  ['10,000 values of variables that nobody declared', (n) => body(`query A${n} { __typename }`, { variables: Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`a${at}`, at])) }), ANY],
  ['variables nested 100,000 deep', (n) => `{"query":"query A${n} { __typename }","variables":{"a":${nested(100_000, '[', '', ']')}}}`, BAD],
  ['a body nested 100,000 deep', (n) => nested(100_000, '{"a":', String(n), '}'), BAD],
  ['a batch of 500', (n) => JSON.stringify(Array(500).fill({ query: `query A${n} { __typename }` })), BAD],
  ['page sizes of 100, six deep', (n) => body(`query A${n} { meetings(first: 100) { nodes { agenda(first: 100) { nodes { statements(first: 100) { nodes { topics(first: 100) { nodes { documents(first: 100) { nodes { topics(first: 100) { nodes { id } } } } } } } } } } } } }`), TOO_COSTLY],
  ['500 aliases of the schema, lists within lists', (n) => body(`query A${n} { ${many(500, (at) => `a${at}: __schema { ...F }`)} } fragment F on __Schema { types { inputFields { type { inputFields { type { name description } } } } } }`), TOO_LARGE],
  ['the schema within itself', (n) => body(`query A${n} { __schema { types { ...F } } } fragment F on __Type { ${many(200, (at) => `a${at}: fields { args { type { inputFields { type { inputFields { name } } } } } }`)} }`), TOO_LARGE],
  ['100 secrets in one request', (n) => body(`mutation A${n} { ${secrets(100)} }`), [...TOO_LARGE, ...NOBODY]],
  ['10 secrets in one request, for nobody', (n) => body(`mutation A${n} { ${secrets(10)} }`), NOBODY],
  // The last one is too much: it must be known before the first one is read.
  ['page sizes of 60 lists that only add up', (n) => body(`query A${n} { ${many(60, (at) => `a${at}: ${CASES}`)} }`), TOO_COSTLY],
];

/** Word pairs to search for; each list searches for all of them, so that no index ends it early. */
const WORDS = ['데이터', '현장', '제조', '설비', '검사', '예측', 'in', 'on', 'at', 'er'];

/** Slow queries, the heaviest first; which of them the limits take is tried out. */
const SLOW = [
  [
    'lists with search and lists below',
    [60, 40, 33, 25, 16, 8, 4, 2, 1].map((count) => {
      const searches = (at) => many(WORDS.length, (word) => `{search:"${WORDS[word]} ${WORDS[(word + at) % WORDS.length]}"}`, '');
      const below = ['technologies', 'outcomes', 'citations'].map((list) => `${list}(first:100){totalCount nodes{id}}`);
      return `{${many(count, (at) => `a${at}:adoptionCases(first:100 where:{or:[${searches(at)}]}){...F}`)}}
        fragment F on AdoptionCaseConnection { totalCount nodes { code title { ko en } summary { ko en } ${below.join(' ')} } edges { cursor } }`;
    }),
  ],
  [
    // Each condition asks the next for every row: the levels multiply, and no page size tells of it.
    'a filter that walks in circles',
    [8, 7, 6, 5, 4, 3, 2, 1].map((levels) => `{ topics(where: ${nested(levels, '{ statements: { some: { topics: { some: ', '{ code: { eq: "x" } }', ' } } } }')}) { totalCount } }`),
  ],
];

const target = new Process(pid);
if (!target.lives()) {
  console.error(`there is no process ${pid}`);
  process.exit(2);
}
const rows = [];
let number = 0;

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
const rounded = (value) => value.toFixed(1);

/** Prints a line of the table; `problems` are texts. */
function row(name, status, code, cpu, growth, problems, remark = 'ok') {
  rows.push([name, problems.length === 0 ? null : problems.join('; ')]);
  line(name, status, code, cpu, growth, problems.length === 0 ? remark : `FAIL: ${problems.join('; ')}`);
}

function line(name, status, code, cpu, growth, verdict) {
  console.log([name.padEnd(70), String(status).padEnd(6), String(code).padEnd(26), String(cpu).padStart(16), String(growth).padStart(7), verdict].join(' | '));
}

/** What is wrong with an answer; null if nothing is. */
function problemOf({ status, text }, codes) {
  if (status === 0) return text;
  if (status >= 500) return `status ${status}`;
  const answer = parse(text);
  if (answer === undefined) return `no JSON: ${text.slice(0, 100)}`;
  const code = codeOf(text);
  if (codes === ANY) return code === 'INTERNAL_SERVER_ERROR' ? code : null;
  if (answer.data) return 'it was served';
  return codes.includes(code) ? null : `code ${code} instead of ${codes.join(' or ')}`;
}

function codeOf(text) {
  return parse(text)?.errors?.[0]?.extensions?.code ?? '';
}

/** What one thing costs: CPU until the server is idle again. */
async function cost(run) {
  const before = target.cpu();
  const answer = await run();
  const idle = await target.idle(5_000);
  return { answer, idle, cpu: target.cpu() - before };
}

async function measure(attack) {
  let told;
  for (let round = 0; round < ROUNDS && (round === 0 || told.at(-1).length > 0); round += 1) told = await measured(attack);
  row(...told);
}

async function measured([name, make, codes]) {
  const memory = target.memory();
  const costs = [];
  const problems = new Set();
  let answer;
  let goesOn = true;
  for (let time = 0; time < MEASURED && goesOn; time += 1) {
    number += 1;
    const text = make(number);
    const one = await cost(() => server.send(text));
    answer = one.answer;
    costs.push(one.cpu);
    const problem = problemOf(answer, codes);
    if (problem) problems.add(problem);
    if (!one.idle) problems.add('the server is not idle 5 s later');
    goesOn = one.idle && answer.status !== 0;
  }
  const [middle, most] = [median(costs), Math.max(...costs)];
  const bound = parse(answer.text)?.data ? SINGLE_MS : REFUSED_MS;
  if (middle > bound) problems.add(`more than ${rounded(bound)} ms`);
  if (most > SINGLE_MS) problems.add(`once more than ${rounded(SINGLE_MS)} ms`);
  const growth = target.memory() - memory;
  if (growth > GROWTH_MB) problems.add(`memory grew by more than ${GROWTH_MB} MB`);
  return [name, answer.status, codeOf(answer.text), `${rounded(middle)} (max ${rounded(most)})`, rounded(growth), [...problems]];
}

/** A connection over which `text` is sent: its first `fast` characters at once, the others one by one, without an end. */
function drip(text, fast) {
  return new Promise((resolve) => {
    const began = Date.now();
    const socket = net.connect(Number(port), hostname);
    let connected = false;
    let heard = '';
    let at = fast;
    const done = (dropped) => {
      clearInterval(timer);
      clearTimeout(limit);
      socket.destroy();
      resolve({ connected, dropped, seconds: (Date.now() - began) / 1000, heard });
    };
    const timer = setInterval(() => {
      if (!socket.writable) return;
      socket.write(text[at] ?? 'x');
      at += 1;
    }, DRIP_MS);
    const limit = setTimeout(() => done(false), (DROPPED_S + 1) * 1000);
    socket.on('connect', () => {
      connected = true;
      if (fast > 0) socket.write(text.slice(0, fast));
    });
    socket.on('data', (data) => (heard += data));
    // Whether it is closed or reset, the client is dropped.
    socket.on('error', () => {});
    socket.on('close', () => done(true));
  });
}

const HEAD = `POST /graphql HTTP/1.1\r\nhost: ${new URL(base).host}\r\ncontent-type: application/json\r\naccept: application/graphql-response+json\r\n`;
const SLOW_HEADERS = () => drip(`${HEAD}x-slow: `, 0);
const SLOW_BODY = () => drip(`${HEAD}content-length: 1000\r\n\r\n{"query":"`, HEAD.length + 24);

async function slowClients() {
  const memory = target.memory();
  const { answer, cpu, idle } = await cost(() =>
    Promise.all([SLOW_HEADERS, SLOW_BODY].map((kind) => Promise.all(Array.from({ length: SLOW_CLIENTS }, kind)))),
  );
  const each = cpu / (2 * SLOW_CLIENTS);
  const growth = rounded(target.memory() - memory);
  answer.forEach((ends, at) => {
    const problems = [];
    const kept = ends.filter(({ dropped }) => !dropped).length;
    const longest = Math.max(...ends.map(({ seconds }) => seconds));
    if (!ends.every(({ connected }) => connected)) problems.push('no connection');
    if (kept > 0) problems.push(`${kept} of ${ends.length} are not dropped after ${DROPPED_S} s`);
    else if (longest > DROPPED_S) problems.push(`dropped after ${rounded(longest)} s`);
    if (each > REFUSED_MS) problems.push(`more than ${rounded(REFUSED_MS)} ms`);
    if (!idle) problems.push('the server is not idle 5 s later');
    const [, status = '', text = ''] = /^HTTP\/1\.1 (\d+)[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(ends[0].heard) ?? [];
    const name = `${at === 0 ? 'headers' : 'a body'}, one byte at a time`;
    row(name, status, codeOf(text), `${rounded(each)} each`, growth, problems, `ok: dropped after ${rounded(longest)} s`);
  });
}

/** A connection over HTTP/2 whose window is closed, with requests whose answers it does not take. */
function closedWindow(_, at) {
  // One of them gets nothing but small answers.
  const asked = at === 0 ? body('{ __typename }') : LARGE;
  return new Promise((resolve) => {
    const began = Date.now();
    const session = http2.connect(base, { settings: { initialWindowSize: 0 } });
    const done = (dropped) => {
      clearTimeout(limit);
      session.destroy();
      resolve({ dropped, seconds: (Date.now() - began) / 1000 });
    };
    const limit = setTimeout(() => done(false), (UNREAD_S + 1) * 1000);
    session.on('error', () => {});
    session.on('close', () => done(true));
    for (let sent = 0; sent < STREAMS; sent += 1) {
      const stream = session.request({ ':method': 'POST', ':path': '/graphql', 'content-type': 'application/json' });
      stream.on('error', () => {});
      stream.end(asked);
    }
  });
}

/** A connection that asks for large answers, one after the other, and reads none. */
function unread() {
  return new Promise((resolve) => {
    const began = Date.now();
    const socket = net.connect(Number(port), hostname);
    socket.pause();
    const done = (dropped) => {
      clearTimeout(limit);
      clearInterval(timer);
      socket.destroy();
      resolve({ dropped, seconds: (Date.now() - began) / 1000 });
    };
    const limit = setTimeout(() => done(false), (UNREAD_S + 1) * 1000);
    // A connection that was reset tells so when it is written to.
    const timer = setInterval(() => socket.write(' '), 500);
    socket.on('error', () => done(true));
    socket.on('close', () => done(true));
    for (let at = 0; at < 20; at += 1) {
      socket.write(`${HEAD}content-length: ${Buffer.byteLength(LARGE)}\r\n\r\n${LARGE}`);
    }
  });
}

/** What is asked for and not taken. */
async function unreadAnswers([name, count, kind]) {
  // Known once, it is answered at once: what is unread then is large.
  await server.send(LARGE);
  await target.idle(5_000);
  const before = target.memory();
  const spent = target.cpu();
  let most = 0;
  const watching = setInterval(() => (most = Math.max(most, target.memory() - before)), 50);
  const ends = await Promise.all(Array.from({ length: count }, kind));
  clearInterval(watching);
  const problems = [];
  const kept = ends.filter(({ dropped }) => !dropped).length;
  const longest = Math.max(...ends.map(({ seconds }) => seconds));
  if (kept > 0) problems.push(`${kept} of ${count} are not dropped after ${UNREAD_S} s`);
  if (most > TOGETHER_MB) problems.push(`memory grew by more than ${TOGETHER_MB} MB`);
  row(name, '', '', `${rounded((target.cpu() - spent) / count)} each`, rounded(most), problems, `ok: dropped after ${rounded(longest)} s`);
}

/** Many callers at once who want secrets that they may not have; somebody else signs in meanwhile. */
async function secretsForNobody() {
  await target.idle(5_000);
  const before = target.memory();
  let most = 0;
  const watching = setInterval(() => (most = Math.max(most, target.memory() - before)), 20);
  const { answer, cpu, idle } = await cost(() =>
    Promise.all(Array.from({ length: WANT_SECRETS }, () => server.send(body(`mutation A${(number += 1)} { ${secrets(10)} }`)))),
  );
  clearInterval(watching);
  const problems = [];
  const wrong = answer.filter(({ text }) => ![...NOBODY, 'RATE_LIMITED', 'UNAVAILABLE'].includes(codeOf(text)));
  if (wrong.length > 0) problems.push(`${wrong.length} were answered otherwise, such as ${wrong[0].text.slice(0, 100)}`);
  if (cpu / WANT_SECRETS > REFUSED_MS) problems.push(`more than ${rounded(REFUSED_MS)} ms each`);
  if (most > TOGETHER_MB) problems.push(`memory grew by more than ${TOGETHER_MB} MB`);
  if (!idle) problems.push('the server is not idle 5 s later');
  row(`secrets for nobody, ${WANT_SECRETS} callers at once`, answer[0].status, codeOf(answer[0].text), `${rounded(cpu / WANT_SECRETS)} each`, rounded(most), problems);
}

/** Sends a request over HTTP and leaves after some milliseconds; tells what was answered until then. */
function leave(query, milliseconds) {
  const text = body(query);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    let heard = '';
    socket.on('error', () => {});
    socket.on('data', (data) => (heard += data));
    socket.on('connect', () => {
      socket.write(`${HEAD}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      setTimeout(() => {
        socket.destroy();
        resolve(heard);
      }, milliseconds);
    });
    socket.on('close', () => resolve(heard));
  });
}

/** The same over a WebSocket: the connection is left, or stays open and the operation is completed. */
async function leaveSocket(query, milliseconds, completes) {
  const socket = await connect(base);
  socket.send({ type: 'subscribe', id: '1', payload: { query } });
  await sleep(milliseconds);
  if (completes) socket.send({ type: 'complete', id: '1' });
  else socket.leave();
  return '';
}

const WAYS = [
  ['left', leave],
  ['left over a socket', (query, milliseconds) => leaveSocket(query, milliseconds, false)],
  ['completed over a socket', (query, milliseconds) => leaveSocket(query, milliseconds, true)],
];

/** The slow queries that the server takes, and stops when they are left: those that are repeated below. */
const stopped = [];

async function slowQuery([name, candidates]) {
  // The heaviest that is not refused. A candidate is given half a second: a slow one is left then.
  let taken;
  for (const query of candidates) {
    const heard = await leave(query, 500);
    if (!(await target.idle(IDLE_MS + 500))) {
      const shown = `${query.length} characters, ${query.replace(/\s+/g, ' ').slice(0, 80)}…`;
      row(name, '', '', '', '', [`the server still works ${(IDLE_MS + 500) / 1000} s after its client left: ${shown}`]);
      return;
    }
    if (heard === '' || (heard.startsWith('HTTP/1.1 200') && !heard.includes('"code":"QUERY_TOO_'))) {
      taken = query;
      break;
    }
  }
  if (!taken) {
    row(name, '', '', '', '', [], 'ok: none of them is taken');
    return;
  }
  const whole = await cost(() => server.request({ query: taken }));
  row(`${name}, waited for`, whole.answer.status, codeOf(whole.answer.text), rounded(whole.cpu), '', whole.idle ? [] : ['the server is not idle 5 s after the answer']);
  if (!whole.idle) return;
  for (const [way, go] of WAYS) {
    let [problems, most] = await left(go, taken);
    for (let round = 1; round < ROUNDS && problems.length > 0; round += 1) [problems, most] = await left(go, taken);
    if (problems.length === 0 && go === leave) stopped.push(taken);
    row(`${name}, ${way} after ${LEAVES_MS} ms`, '', '', `${rounded(most)} after`, '', problems);
    await target.idle(15_000);
  }
}

/** What is wrong with how a query is stopped that is left in one way, some times, and the most that it costs then. */
async function left(go, query) {
  const problems = [];
  const spent = [];
  for (let time = 0; time < LEAVINGS && problems.length === 0; time += 1) {
    const heard = await go(query, LEAVES_MS);
    const before = target.cpu();
    if (!(await target.idle(IDLE_MS))) problems.push(`the server still works ${IDLE_MS / 1000} s later`);
    // Answered before its client left: nothing was left to stop.
    spent.push(heard === '' ? target.cpu() - before : 0);
    leaveAll();
  }
  const most = Math.max(...spent);
  if (most > LEFT_MS) problems.push(`more than ${rounded(LEFT_MS)} ms after that`);
  if (problems.length > 0) await target.idle(15_000);
  return [problems, most];
}

/** Everything again and again, several at a time, while memory is watched. */
async function repeats() {
  const memory = target.memory();
  const end = Date.now() + REPEATS_MINUTES * 60_000;
  const queue = Array.from({ length: REPEATED }, () => ATTACKS.map(([, make]) => make)).flat();
  let unanswered = 0;
  const worker = async () => {
    while (queue.length > 0 && Date.now() < end && target.lives()) {
      number += 1;
      const { status } = await server.send(queue.pop()(number));
      if (status === 0 || status >= 500) unanswered += 1;
    }
  };
  const leaving = async () => {
    for (const query of stopped) {
      for (let time = 0; time < REPEATED && Date.now() < end; time += 1) await leave(query, LEAVES_MS);
    }
  };
  const slow = [SLOW_HEADERS, SLOW_BODY].flatMap((kind) => Array.from({ length: REPEATED }, kind));
  await Promise.all([worker(), worker(), worker(), worker(), leaving(), ...slow]);
  const problems = [];
  if (queue.length > 0) problems.push(`not done in ${REPEATS_MINUTES} minutes`);
  if (unanswered > 0) problems.push(`${unanswered} were not answered, or with 5xx`);
  if (!target.lives()) return row(`everything ${REPEATED} times`, '', '', '', '', [...problems, 'the process is gone']);
  if (!(await target.idle(5_000))) problems.push('the server is not idle 5 s later');
  const growth = target.memory() - memory;
  if (growth > TOGETHER_MB) problems.push(`memory grew by more than ${TOGETHER_MB} MB`);
  row(`everything ${REPEATED} times`, '', '', '', rounded(growth), problems);
}

/** One step of the attack; whatever stops it is a failure of its own, and nothing follows on a dead server. */
async function step(name, run) {
  if (!target.lives()) return row(name, '', '', '', '', ['the process is gone']);
  try {
    await run();
  } catch (error) {
    row(name, '', '', '', '', [target.lives() ? `stopped: ${error.message}` : 'the process is gone']);
  }
}

await server.request({ query: '{ __typename }' });
await target.idle(5_000);
const start = target.memory();
line('attack', 'status', 'code', 'CPU ms', 'MB', 'verdict');
for (const attack of ATTACKS) await step(attack[0], () => measure(attack));
await step('slow clients', slowClients);
await step('secrets for nobody', secretsForNobody);
for (const unreads of [
  [`${CLOSED_WINDOWS} connections over HTTP/2 with a closed window`, CLOSED_WINDOWS, closedWindow],
  [`${UNREAD_CONNECTIONS} connections that read nothing`, UNREAD_CONNECTIONS, unread],
])
  await step(unreads[0], () => unreadAnswers(unreads));
for (const slow of SLOW) await step(slow[0], () => slowQuery(slow));
await step('repeats', repeats);
await step('a plain query at the end', async () => {
  const { status, text } = await server.request({ query: '{ __typename }' });
  row('a plain query at the end', status, codeOf(text), '', '', text.startsWith('{"data":{"__typename":"Query"}') ? [] : [`answered ${text.slice(0, 100)}`]);
});
if (target.lives()) console.log(`memory: ${rounded(start)} MB at the start, ${rounded(target.memory())} MB at the end`);

const report = new Report();
await report.group('attacks', (check) => rows.forEach(([name, problem]) => check(name, problem)));
report.end();
