// GraphQL over fetch, to the server that the page came from.

import { language } from './language';

/** An operation out of a `.graphql` file, with the types of what it answers and takes. */
export interface Operation<Data, Variables> {
  name: string;
  kind: 'query' | 'mutation' | 'subscription';
  text: string;
  /** Never there: it ties the types to the operation. */
  types?: (variables: Variables) => Data;
}

export interface GraphQLFault {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; requestId?: string };
}

/** Why there is no answer. */
export class Failure extends Error {
  readonly code: string;
  readonly requestId: string | null;
  readonly faults: GraphQLFault[];
  /** Seconds after which to ask again, where the server names them. */
  readonly wait: number | undefined;

  constructor(message: string, code: string, requestId: string | null = null, faults: GraphQLFault[] = [], wait?: number) {
    super(message);
    this.code = code;
    this.requestId = requestId;
    this.faults = faults;
    this.wait = wait;
  }
}

export interface Answer<Data> {
  data: Data;
  /** What the answer lacks, where `isPartial` was asked for. */
  faults: GraphQLFault[];
}

export interface RequestOptions {
  token?: string;
  signal?: AbortSignal;
  /** Whether an answer that lacks some fields is one; else it is a failure. */
  isPartial?: boolean;
}

export async function send<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  { token, signal, isPartial = false }: RequestOptions = {},
): Promise<Answer<Data>> {
  const headers: Record<string, string> = {
    Accept: 'application/graphql-response+json, application/json',
    'Accept-Language': language(),
    'Content-Type': 'application/json',
  };
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = JSON.stringify({ query: operation.text, operationName: operation.name, variables });
  let response: Response;
  try {
    response = await fetch('/graphql', { method: 'POST', headers, body, signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure(error instanceof Error ? error.message : String(error), 'NO_ANSWER');
  }
  const requestId = response.headers.get('x-request-id');
  const wait = Number(response.headers.get('retry-after')) || undefined;
  let answer: { data?: Data | null; errors?: GraphQLFault[] };
  try {
    answer = await response.json();
  } catch {
    // For example the page of a proxy.
    throw new Failure(`${response.status} ${response.statusText}`, 'NO_ANSWER', requestId, [], wait);
  }
  const faults = answer.errors ?? [];
  const [first] = faults;
  if (!answer.data || (first && !isPartial)) {
    throw new Failure(first?.message ?? `${response.status}`, first?.extensions?.code ?? 'NO_ANSWER', requestId, faults, wait);
  }
  return { data: answer.data, faults };
}

/** What an operation answers. */
export async function request<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  options: RequestOptions = {},
): Promise<Data> {
  return (await send(operation, variables, options)).data;
}

/** Listens to a subscription over server-sent events until the function it answers with is called. */
export function subscribe<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  take: (data: Data) => void,
  onState: (isOpen: boolean) => void = () => {},
): () => void {
  const asked = new URLSearchParams({ query: operation.text, variables: JSON.stringify(variables) });
  const source = new EventSource(`/graphql?${asked}`);
  source.addEventListener('open', () => onState(true));
  source.addEventListener('error', () => onState(false));
  source.addEventListener('next', (event) => {
    const answer = JSON.parse((event as MessageEvent<string>).data) as { data?: Data };
    if (answer.data) take(answer.data);
  });
  source.addEventListener('complete', () => source.close());
  return () => source.close();
}

/** Where the server gives a list or a statistic as a file: `/export/statistics/billStatistics.csv?…`. */
export function exportAddress(name: string, args: Record<string, unknown>, ending: 'csv' | 'json'): string {
  const given = Object.entries(args).filter(([, value]) => value !== undefined && !(typeof value === 'object' && Object.keys(value as object).length === 0));
  const asked = new URLSearchParams(given.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]));
  return `/export/${name}.${ending}${given.length > 0 ? `?${asked}` : ''}`;
}

/** Where GraphiQL opens an operation, or those fields of its root that `only` names. */
export function graphiqlAddress<Data, Variables>(
  { text }: Operation<Data, Variables>,
  variables: Variables,
  only: readonly (keyof Data)[] = [],
): string {
  const asked = new URLSearchParams({ query: text, variables: JSON.stringify(variables, null, 2) });
  if (only.length > 0) asked.set('only', only.join());
  return `/graphiql#${asked}`;
}
