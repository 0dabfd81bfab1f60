// Checks what a running server speaks over sockets and streams: `graphql-transport-ws` and Server-Sent Events.
//
//   node socket.mjs http://127.0.0.1:8080 [TOKEN]
//
// The client of graphql-ws, which defines the protocol, shows that well-behaved callers are served; raw
// frames show that each fault ends as the protocol says. With the TOKEN of a client that holds access:admin
// a change is made as well, and has to arrive: it creates a client of the API and disables it again.

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { createClient, validateMessage } from 'graphql-ws';
import WebSocket from 'ws';

import { Stream } from './src/events.mjs';
import { Report } from './src/report.mjs';
import { SOON, connect, leaveAll } from './src/socket.mjs';
import { watchdog, within } from './src/wait.mjs';

const [base, token] = process.argv.slice(2);
if (!base) {
  console.error('usage: node socket.mjs BASE_URL [TOKEN]');
  process.exit(2);
}
watchdog(5);

const CHANGES = 'subscription { changes { cursor } }';
const QUERY = '{ bodies(first: 1) { totalCount } }';
/** Most operations of one socket that run at once. */
const MAX_SUBSCRIPTIONS = 20;

const subscribe = (id, query = CHANGES, rest = {}) => ({ type: 'subscribe', id, payload: { query, ...rest } });
const code = (errors) => errors?.[0]?.extensions?.code;
const report = new Report();
const streams = new Set();
const clients = new Set();

/** A group whose checks are tried one by one: one that breaks ends nothing but itself. */
function group(name, run) {
  return report.group(name, (check) =>
    run(async (title, attempt) => {
      try {
        await attempt();
        check(title, null);
      } catch (error) {
        check(title, [error.message ?? error, error.cause].filter(Boolean).join(': '));
      } finally {
        leaveAll();
        for (const stream of streams) stream.leave();
        for (const client of clients) client.dispose();
        streams.clear();
        clients.clear();
      }
    }),
  );
}

/** The client of graphql-ws; it tries nothing twice, so that what happens is seen. */
function client(payload) {
  const url = new URL('/graphql', base);
  url.protocol = url.protocol.replace('http', 'ws');
  const made = createClient({ url: String(url), webSocketImpl: WebSocket, connectionParams: payload, retryAttempts: 0 });
  clients.add(made);
  return made;
}

/** One operation from its start to its end: results, and what ended it (null if it was completed). */
function run(client, payload) {
  const results = [];
  const done = new Promise((resolve) => {
    client.subscribe(payload, {
      next: (result) => results.push(result),
      error: (error) => resolve({ results, error }),
      complete: () => resolve({ results, error: null }),
    });
  });
  return within(SOON, payload.query, done);
}

/** A subscription whose events are waited for one by one. */
function follow(client, query) {
  const events = client.iterate({ query });
  return async (what) => {
    const { value, done } = await within(2 * SOON, what, events.next());
    same(done ?? false, false, `${what}: ended,`);
    same(value.errors, undefined, `${what}: errors`);
    return value.data.changes;
  };
}

async function stream(request, options) {
  const opened = await Stream.open(base, request, options);
  streams.add(opened);
  return opened;
}

/** Data of an operation over HTTP as the caller of TOKEN. */
async function asked(query, variables) {
  const answer = await fetch(new URL('/graphql', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(SOON),
  });
  const text = await answer.text();
  const { data, errors } = JSON.parse(text);
  same([answer.status, errors], [200, undefined], 'answered');
  return data;
}

await group('the client of graphql-ws', async (tried) => {
  await tried('a query', async () => {
    const { results, error } = await run(client(), { query: QUERY });
    same(error, null, `ended by ${describe(error)},`);
    same(results.length, 1);
    same(typeof results[0].data?.bodies?.totalCount, 'number');
  });
  await tried('a query with variables and an operation of several', async () => {
    const query = 'query A { __typename } query B($n: Int) { bodies(first: $n) { nodes { __typename } } }';
    const { results, error } = await run(client(), { query, variables: { n: 1 }, operationName: 'B' });
    same(error, null, `ended by ${describe(error)},`);
    same(results[0].data, { bodies: { nodes: [{ __typename: 'Body' }] } });
  });
  await tried('several queries at once', async () => {
    const one = client();
    const all = await Promise.all(Array.from({ length: 10 }, () => run(one, { query: QUERY })));
    same(all.map(({ results, error }) => [results.length, error]), Array(10).fill([1, null]));
  });
  await tried('an error of a field comes with the data', async () => {
    const { results, error } = await run(client(), { query: '{ __typename institution(code: "there is none") { id } }' });
    same(error, null, `ended by ${describe(error)},`);
    same(results[0].data, { __typename: 'Query', institution: null });
    same(code(results[0].errors), 'NOT_FOUND');
  });
  for (const [title, payload, expected] of [
    ['bad syntax', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown field of a subscription', { query: 'subscription { nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable of the wrong kind', { query: 'query ($n: Int) { bodies(first: $n) { totalCount } }', variables: { n: 'x' } }, 'BAD_USER_INPUT'],
    ['a cursor that is none', { query: 'subscription { changes(after: "x") { cursor } }' }, 'BAD_USER_INPUT'],
  ]) {
    await tried(`${title} comes as an error, without a result`, async () => {
      const { results, error } = await run(client(), payload);
      same(results, []);
      same([Array.isArray(error), code(error)], [true, expected], `ended by ${describe(error)},`);
    });
  }
});

await group('messages', async (tried) => {
  await tried('the sub-protocol is agreed upon', async () => {
    const socket = await connect(base);
    same(socket.protocol, 'graphql-transport-ws');
  });
  await tried('connection_init with an empty or no payload', async () => {
    await connect(base, { init: { payload: {} } });
    await connect(base, { init: { payload: null } });
  });
  await tried('next and complete of a query are well formed', async () => {
    const socket = await connect(base);
    socket.send(subscribe('q', QUERY));
    const [next, complete] = [await socket.next('next'), await socket.next('complete')];
    for (const message of [next, complete]) validateMessage(message);
    same([next.type, next.id, complete], ['next', 'q', { type: 'complete', id: 'q' }]);
  });
  await tried('an error ends its operation, and only that', async () => {
    const socket = await connect(base);
    socket.send(subscribe('bad', '{ nothing }'));
    const error = await socket.next('error');
    validateMessage(error);
    same([error.type, error.id, code(error.payload)], ['error', 'bad', 'GRAPHQL_VALIDATION_FAILED']);
    same(await socket.sofar(), [], 'came');
    // The operation is over, so its id is free.
    socket.send(subscribe('bad', QUERY));
    same((await socket.next('next')).type, 'next');
  });
  await tried('ping is answered with pong, before and after the init', async () => {
    const socket = await connect(base, { init: null });
    same(await socket.sofar(), [], 'came');
    socket.send({ type: 'connection_init' });
    same((await socket.next('connection_ack')).type, 'connection_ack');
    socket.send({ type: 'ping', payload: { any: 'thing' } });
    same((await socket.next('pong')).type, 'pong');
  });
  await tried('a pong nobody asked for, and the end of an operation nobody began, are passed over', async () => {
    const socket = await connect(base);
    socket.send({ type: 'pong' }, { type: 'pong', payload: {} }, { type: 'complete', id: 'nothing' });
    same(await socket.sofar(), [], 'came');
  });
});

await group('subscriptions', async (tried) => {
  await tried('complete ends a subscription, is not echoed, and frees its id', async () => {
    const socket = await connect(base);
    for (let round = 0; round < 3; round += 1) {
      socket.send(subscribe('s'));
      same(await socket.sofar(), [], `round ${round}: came`);
      socket.send({ type: 'complete', id: 's' });
      same(await socket.sofar(), [], `round ${round}, after complete: came`);
    }
    socket.send(subscribe('s', QUERY));
    same((await socket.next('next')).type, 'next');
  });
  await tried('a query is answered while a subscription runs', async () => {
    const socket = await connect(base);
    socket.send(subscribe('s'));
    same(await socket.sofar(), [], 'came');
    socket.send(subscribe('q', QUERY));
    const [next, complete] = [await socket.next('next'), await socket.next('complete')];
    same([next.type, next.id, complete], ['next', 'q', { type: 'complete', id: 'q' }]);
  });
  await tried(`${MAX_SUBSCRIPTIONS} of a socket run at once, the next is refused, and its place is free again later`, async () => {
    const socket = await connect(base);
    for (let at = 1; at <= MAX_SUBSCRIPTIONS; at += 1) socket.send(subscribe(`s${at}`));
    same(await socket.sofar(), [], 'came');
    socket.send(subscribe('more'));
    const refused = await socket.next('error');
    same([refused.type, refused.id, code(refused.payload)], ['error', 'more', 'TOO_MANY_SUBSCRIPTIONS']);
    socket.send({ type: 'complete', id: 's1' }, subscribe('more'));
    same(await socket.sofar(), [], 'came');
  });
});

await group('each fault ends the connection with its code', async (tried) => {
  const payload = { query: QUERY };
  const invalid = {
    'a text that is no JSON': 'x',
    'an empty text': '',
    'JSON cut short': '{"type":"ping"',
    null: 'null',
    'a list': '[]',
    'a text in JSON': '"ping"',
    'no type': {},
    'a type that is a number': { type: 1 },
    'a type that is null': { type: null },
    'an unknown type': { type: 'nothing' },
    'a type of the legacy protocol': { type: 'start', id: '1', payload },
    'a type in another case': { type: 'PING' },
    'connection_ack, which is the server’s': { type: 'connection_ack' },
    'next, which is the server’s': { type: 'next', id: '1', payload: {} },
    'error, which is the server’s': { type: 'error', id: '1', payload: [{ message: 'x' }] },
    'subscribe without id': { type: 'subscribe', payload },
    'subscribe with an id that is a number': { type: 'subscribe', id: 1, payload },
    'subscribe with an empty id': { type: 'subscribe', id: '', payload },
    'subscribe without payload': { type: 'subscribe', id: '1' },
    'subscribe with a payload that is null': { type: 'subscribe', id: '1', payload: null },
    'subscribe with a payload that is a text': { type: 'subscribe', id: '1', payload: QUERY },
    'subscribe with a payload that is a list': { type: 'subscribe', id: '1', payload: [payload] },
    'subscribe without query': { type: 'subscribe', id: '1', payload: {} },
    'subscribe with a query that is null': subscribe('1', null),
    'subscribe with a query that is a number': subscribe('1', 1),
    'subscribe with variables that are a list': subscribe('1', QUERY, { variables: [] }),
    'subscribe with variables that are a text': subscribe('1', QUERY, { variables: '{}' }),
    'subscribe with an operationName that is a number': subscribe('1', QUERY, { operationName: 1 }),
    'subscribe with extensions that are a list': subscribe('1', QUERY, { extensions: [] }),
    'complete without id': { type: 'complete' },
    'complete with an id that is a number': { type: 'complete', id: 1 },
    'complete with an empty id': { type: 'complete', id: '' },
    'ping with a payload that is a text': { type: 'ping', payload: 'x' },
    'pong with a payload that is a list': { type: 'pong', payload: [] },
    'a binary frame': Buffer.from(JSON.stringify({ type: 'ping' })),
    'a binary frame that is no JSON': Buffer.from([0xff, 0x00]),
  };
  const ended = async (socket, closed, reason, milliseconds = SOON) => {
    const end = await socket.end(milliseconds);
    same(end.before, [], 'before the end came');
    // The protocol gives the words as well, other than those of 4400.
    same([end.closed, reason ? end.reason : null], [closed, reason ?? null], `closed with ${end.closed} ${end.reason},`);
    return end;
  };
  for (const [title, message] of Object.entries(invalid)) {
    await tried(`4400: ${title}`, async () => {
      const socket = await connect(base);
      socket.send(message);
      await ended(socket, 4400);
    });
  }
  await tried('4400: a message that is none, before the init', async () => {
    const socket = await connect(base, { init: null });
    socket.send('x');
    await ended(socket, 4400);
  });
  await tried('4400: connection_init with a payload that is a text', async () => {
    const socket = await connect(base, { init: null });
    socket.send({ type: 'connection_init', payload: 'x' });
    await ended(socket, 4400);
  });
  await tried('4401: subscribe before the init', async () => {
    const socket = await connect(base, { init: null });
    socket.send(subscribe('1', QUERY));
    await ended(socket, 4401, 'Unauthorized');
  });
  for (const [title, init] of [
    ['a token that is none', { authorization: 'Bearer x' }],
    ['a token signed by nobody', { authorization: `Bearer ${unsigned()}` }],
    ['a token of another scheme', { authorization: 'Basic eDp4' }],
    ['a bad token under the other spelling', { Authorization: `Bearer ${unsigned()}` }],
  ]) {
    await tried(`4403: ${title}`, async () => {
      const socket = await connect(base, { init: null });
      socket.send({ type: 'connection_init', payload: init });
      await ended(socket, 4403);
    });
  }
  await tried('4403: a bad token, as the client of graphql-ws meets it', async () => {
    const { results, error } = await run(client({ authorization: 'Bearer x' }), { query: QUERY });
    same([results, error?.code], [[], 4403], `ended by ${describe(error)},`);
  });
  for (const [title, protocols] of [
    ['no sub-protocol', []],
    ['the legacy sub-protocol', ['graphql-ws']],
    ['unknown sub-protocols', ['nothing', 'graphql-transport-ws-2']],
  ]) {
    await tried(`4406: ${title}`, async () => {
      await ended(await connect(base, { init: null, protocols }), 4406);
    });
  }
  await tried('the right sub-protocol is found among others', async () => {
    const socket = await connect(base, { protocols: ['graphql-ws', 'graphql-transport-ws'] });
    same(socket.protocol, 'graphql-transport-ws');
  });
  await tried('4408: no init in five seconds', async () => {
    const { after } = await ended(await connect(base, { init: null }), 4408, 'Connection initialisation timeout', 2 * SOON);
    same(after > 4_500, true, `closed after ${after} ms;`);
  });
  await tried('4409: an id that is in use', async () => {
    const socket = await connect(base);
    socket.send(subscribe('s'));
    same(await socket.sofar(), [], 'came');
    socket.send(subscribe('s'));
    await ended(socket, 4409, 'Subscriber for s already exists');
  });
  await tried('4429: two inits', async () => {
    const socket = await connect(base);
    socket.send({ type: 'connection_init' });
    await ended(socket, 4429, 'Too many initialisation requests');
  });
  await tried('4429: two inits at once', async () => {
    const socket = await connect(base, { init: null });
    socket.send({ type: 'connection_init' }, { type: 'connection_init' });
    // The first may be acknowledged or not.
    const { closed } = await socket.end();
    same(closed, 4429);
  });
});

await group('Server-Sent Events', async (tried) => {
  await tried('a query: next, complete, and the end', async () => {
    const answer = await stream({ query: QUERY });
    const next = await answer.next('next');
    same(next?.event, 'next');
    same(typeof next.data?.data?.bodies?.totalCount, 'number');
    same((await answer.next('complete'))?.event, 'complete');
    same(await answer.next('the end of the stream'), null);
  });
  await tried('a subscription stays open', async () => {
    // Its head is sent at once, not with the first event.
    await stream({ query: CHANGES });
  });
});

if (token) {
  await group('a caller with a token', async (tried) => {
    const viewer = '{ viewer { kind } }';
    const kind = async (payload) => {
      const { results, error } = await run(client(payload), { query: viewer });
      same(error, null, `ended by ${describe(error)},`);
      return results[0].data?.viewer?.kind;
    };
    await tried('in the payload of the init', async () => {
      same(await kind({ authorization: `Bearer ${token}` }), 'CLIENT');
      same(await kind({ Authorization: `Bearer ${token}` }), 'CLIENT');
    });
    await tried('in the head of the upgrade', async () => {
      const socket = await connect(base, { headers: { authorization: `Bearer ${token}` } });
      socket.send(subscribe('q', viewer));
      same((await socket.next('next')).payload?.data?.viewer?.kind, 'CLIENT');
    });
    await tried('as an event stream', async () => {
      const answer = await stream({ query: viewer }, { token });
      same((await answer.next('next'))?.data?.data?.viewer?.kind, 'CLIENT');
    });
    await tried('nobody is a client without one', async () => {
      same((await kind()) === 'CLIENT', false, 'whether it is one');
    });
  });

  await group('a change arrives', async (tried) => {
    const fields = '{ cursor node { kind type version occurredAt subject { id } } }';
    const all = `subscription { changes ${fields} }`;
    const some = `subscription { changes(types: ["ApiClient"]) ${fields} }`;
    const operator = () => client({ authorization: `Bearer ${token}` });
    // Reset by what is made below.
    let made;
    let first;
    let second;

    await tried('to operators over each transport, and to nobody else', async () => {
      const [wide, narrow] = [operator(), operator()];
      const [ofAll, ofSome] = [follow(wide, all), follow(narrow, some)];
      const streamed = await stream({ query: some }, { token });
      const stopped = await connect(base, { init: { payload: { authorization: `Bearer ${token}` } } });
      stopped.send(subscribe('s', all), { type: 'complete', id: 's' });
      const outsider = await connect(base);
      outsider.send(subscribe('s', all));
      same(await outsider.sofar(), []);
      same(await stopped.sofar(), []);
      // A subscription is not acknowledged; a query on the same socket is answered after it has begun.
      for (const each of [wide, narrow]) same((await run(each, { query: '{ __typename }' })).error, null);

      const input = `{ institution: "TIPA", name: "conformance ${randomUUID()}", scopes: ["program:read"], origins: [], rateTier: STANDARD, idempotencyKey: "${randomUUID()}" }`;
      const { createApiClient: created } = await asked(
        `mutation { createApiClient(input: ${input}) { apiClient { id version } errors { code path message } } }`,
      );
      same(created.errors ?? [], [], 'errors of createApiClient');
      made = created.apiClient;

      // Others may write at the same time.
      const ours = async (next, what) => {
        for (;;) {
          const event = await next(what);
          if (event.node.subject?.id === made.id) return event;
        }
      };
      first = await ours(ofSome, 'the event of a subscription to some types');
      const { node } = first;
      same(node.type, 'ApiClient');
      same(node.version, made.version);
      same(/^[A-Z_]+$/.test(node.kind), true, `kind ${node.kind},`);
      same(Math.abs(Date.parse(node.occurredAt) - Date.now()) < 60_000, true, `at ${node.occurredAt}, now is ${new Date().toISOString()};`);
      same(typeof first.cursor, 'string', 'kind of the cursor');
      same(await ours(ofAll, 'the event of a subscription to all types'), first);
      const overStream = await ours(async (what) => (await streamed.next(what, 2 * SOON))?.data?.data?.changes, 'the event of a stream');
      same(overStream, first);
      same(await stopped.sofar(), [], 'after complete came');
      same(await outsider.sofar(), [], 'without a token came');
    });

    await tried('after the cursor of an earlier one', async () => {
      same(first !== undefined, true, 'whether there is an earlier event');
      const waiting = follow(operator(), resumed(first.cursor));
      // The end of the client that was made is the second change, and cleans up as well.
      const { disableApiClient: disabled } = await asked(
        `mutation ($id: ID!, $version: Int!) { disableApiClient(input: { id: $id, expectedVersion: $version, idempotencyKey: "inline-0007", reason: "conformance" }) { apiClient { version } errors { code path message } } }`,
        made,
      );
      same(disabled.errors ?? [], [], 'errors of disableApiClient');
      second = await waiting('the second event, while it happens');
      same(second.node.subject.id, made.id);
      same(second.node.version, disabled.apiClient.version);
      same(second.cursor === first.cursor, false, 'whether both cursors are the same');
    });
    await tried('after the cursor of an earlier one, of what happened in between', async () => {
      same(second !== undefined, true, 'whether there is a later event');
      same(await follow(operator(), resumed(first.cursor))('the event'), second);
    });
    await tried('after the cursor of an earlier one, as an event stream', async () => {
      same(second !== undefined, true, 'whether there is a later event');
      const answer = await stream({ query: resumed(first.cursor) }, { token });
      same((await answer.next('the event'))?.data?.data?.changes, second);
    });

    function resumed(cursor) {
      return `subscription { changes(after: ${JSON.stringify(cursor)}, types: ["ApiClient"]) ${fields} }`;
    }
  });
} else {
  console.log('      without a TOKEN: callers with a token and the arrival of changes are not checked');
}

report.end();

/** Throws unless both are the same. */
function same(got, expected, what = 'got') {
  const shown = (value) => (JSON.stringify(value) ?? 'nothing').slice(0, 500);
  if (!isDeepStrictEqual(got, expected)) throw new Error(`${what} ${shown(got)} instead of ${shown(expected)}`);
}

/** A token of the right form that nobody signed. */
function unsigned() {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: new URL(base).origin, aud: String(new URL('/graphql', base)), sub: 'x', client_id: 'x', iat: now, exp: now + 900, jti: randomUUID(), scope: 'access:admin' };
  return `${part({ typ: 'at+jwt', alg: 'none' })}.${part(claims)}.`;
}

/** What ended an operation, in words: errors, or how the connection closed. */
function describe(error) {
  if (error === null) return 'complete';
  if (Array.isArray(error)) return JSON.stringify(error);
  if ('code' in error && 'reason' in error) return `close ${error.code} ${error.reason}`;
  return String(error.message ?? error);
}
