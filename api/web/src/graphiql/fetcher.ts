import type { Fetcher } from '@graphiql/toolkit';
import { type ExecutionResult, getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

type Headers = Record<string, string>;

const httpUrl = new URL('/graphql', location.href);
const wsUrl = new URL('/graphql', location.href);
wsUrl.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';

/**
 * The headers that hold a value. The headers editor starts with an empty `Authorization` as a
 * hint; sent as it is, it would be a malformed credential instead of none.
 */
function filledHeaders(edited: Record<string, unknown> | undefined): Headers {
  const headers: Headers = {};
  for (const [name, value] of Object.entries(edited ?? {})) {
    const text = String(value ?? '').trim();
    if (text !== '') headers[name] = text;
  }
  return headers;
}

function isSubscription(query: string, operationName: string | null | undefined): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    // A document with a syntax error goes to the server, whose answer says what is wrong.
    return false;
  }
}

/** An error without a stack: GraphiQL shows the stack, too, and the one of a bundle says nothing. */
function plainError(message: string): Error {
  const error = new Error(message);
  delete error.stack;
  return error;
}

async function post(request: Parameters<Fetcher>[0], headers: Headers) {
  const response = await fetch(httpUrl, {
    method: 'POST',
    headers: {
      Accept: 'application/graphql-response+json, application/json',
      'Content-Type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(request),
  }).catch((error: unknown) => {
    throw plainError(`The request got no answer: ${error instanceof Error ? error.message : error}.`);
  });
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch {
    // For example a proxy's error page: the status tells more than "unexpected token <".
    throw plainError(`The server answered ${response.status} ${response.statusText} without JSON: ${body.slice(0, 500)}`);
  }
}

async function* subscribe(request: Parameters<Fetcher>[0], headers: Headers) {
  // A browser cannot set headers on a WebSocket, so the credential goes with the first message.
  const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  // One client for each run: it takes the credential that the editor holds now, and closes its
  // socket when the subscription ends.
  const client = createClient({
    url: wsUrl.href,
    connectionParams: authorization === undefined ? undefined : { Authorization: authorization },
    // Whoever watches a subscription here wants to see the failure, not silent retries.
    retryAttempts: 0,
  });
  try {
    // GraphiQL's types name the result as it is before it becomes JSON.
    yield* client.iterate(request) as AsyncIterable<ExecutionResult>;
  } catch (error) {
    if (error instanceof CloseEvent) {
      throw plainError(`The server closed the subscription's connection (${[error.code, error.reason].join(' ').trim()}).`);
    }
    throw error;
  } finally {
    await client.dispose();
  }
}

/** Queries and mutations go to `/graphql` by POST, subscriptions by WebSocket. */
export const fetcher: Fetcher = (request, options) => {
  const headers = filledHeaders(options?.headers);
  return isSubscription(request.query, request.operationName) ? subscribe(request, headers) : post(request, headers);
};
