/**
 * Who is signed in. Id, secret and token live in this object and nowhere else: a reload, or signing out, forgets them.
 */

import { type Operation, Failure as Unanswered, request } from '../app/client';
import { language } from '../app/language';

/** Why a request came to nothing, as a page can tell it. */
export type Trouble =
  /** No answer: the server, or the way to it. */
  | 'AWAY'
  /** The id or the secret is wrong, or the client is disabled. */
  | 'CREDENTIALS'
  /** The client lacks the scopes of this page. */
  | 'SCOPE'
  /** The server asks to wait. */
  | 'BUSY'
  /** There is no such thing, or not for this client. */
  | 'MISSING'
  /** Somebody has written since. */
  | 'CONFLICT'
  /** Anything else, in the server's words. */
  | 'REFUSED';

export interface UserError {
  readonly code: string;
  readonly path: readonly string[];
  readonly message: string;
}

export class Failure extends Error {
  constructor(
    readonly trouble: Trouble,
    message = '',
    /** Seconds after which to try again, where the server names them. */
    readonly wait?: number,
    readonly errors: readonly UserError[] = [],
    readonly requestId?: string | null,
  ) {
    super(message);
  }
}

interface Token {
  readonly text: string;
  readonly scopes: readonly string[];
  /** By this machine's monotonic clock: the server's and this machine's calendars may differ. */
  readonly endsAt: number;
}

/** A token is renewed when less of its life is left than this. */
const MARGIN = 120_000;
/** How long an answer is waited for; a file may take longer, as the server says. */
const PATIENCE = 30_000;
const FILE_PATIENCE = 320_000;

/** What codes of the API mean to a reader of this page. */
const KINDS: Record<string, Trouble> = {
  NO_ANSWER: 'AWAY',
  UNAVAILABLE: 'BUSY',
  RATE_LIMITED: 'BUSY',
  TIMEOUT: 'BUSY',
  CONFLICT: 'CONFLICT',
  NOT_FOUND: 'MISSING',
  FORBIDDEN: 'SCOPE',
};

/** An address of the API, or what stood in its way. Nothing of the browser's own (cookies, passwords) goes along. */
async function call(path: string, init: RequestInit, patience = PATIENCE): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'omit', cache: 'no-store', signal: AbortSignal.timeout(patience) });
  } catch {
    throw new Failure('AWAY');
  }
  const wait = Number(response.headers.get('retry-after')) || undefined;
  if (response.status === 429 || response.status === 503) throw new Failure('BUSY', await words(response), wait);
  if (response.status >= 502 && response.status <= 504) throw new Failure('AWAY');
  return response;
}

/** What the server says of a call that it did not do, whichever form its answer has. */
async function words(response: Response): Promise<string> {
  const body = await json(response);
  const first = (body.errors as { message?: string }[] | undefined)?.[0]?.message;
  const error = body.error as { message?: string } | string | undefined;
  const told = typeof error === 'object' ? error.message : undefined;
  return told ?? first ?? (body.message as string | undefined) ?? (body.error_description as string | undefined) ?? '';
}

async function json(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch {
    // A proxy's page, or an answer that broke off.
    return {};
  }
}

async function fetchToken(id: string, secret: string): Promise<Token> {
  const asked = performance.now();
  const response = await call('/oauth/token', {
    method: 'POST',
    headers: { 'Accept-Language': language() },
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
  });
  const body = await json(response);
  if (!response.ok) {
    const said = String(body.message ?? body.error_description ?? '');
    throw new Failure(body.error === 'invalid_client' ? 'CREDENTIALS' : 'REFUSED', said);
  }
  if (typeof body.access_token !== 'string') throw new Failure('AWAY');
  const scopes = String(body.scope ?? '').split(' ');
  return { text: body.access_token, scopes, endsAt: asked + Number(body.expires_in ?? 0) * 1000 };
}

export class Session {
  readonly #secret: string;
  #token: Token;
  #renewing: Promise<Token> | undefined;
  #hasEnded = false;

  private constructor(
    readonly id: string,
    secret: string,
    token: Token,
  ) {
    this.#secret = secret;
    this.#token = token;
  }

  /** Signs in; a client that may neither submit nor review has nothing to do here. */
  static async start(id: string, secret: string): Promise<Session> {
    const token = await fetchToken(id, secret);
    if (!token.scopes.some((scope) => scope === 'results:submit' || scope === 'results:review')) {
      throw new Failure('SCOPE', token.scopes.join(' '));
    }
    return new Session(id, secret, token);
  }

  may(scope: 'results:submit' | 'results:review'): boolean {
    return this.#token.scopes.includes(scope);
  }

  /**
   * Tells the server that the token is not needed any more, nor one that is being made just now. That it got there is
   * not waited for by anybody.
   */
  end(): void {
    this.#hasEnded = true;
    const revoke = ({ text }: Token) => {
      const body = new URLSearchParams({ token: text, client_id: this.id, client_secret: this.#secret });
      call('/oauth/revoke', { method: 'POST', body }).catch(() => {});
    };
    revoke(this.#token);
    this.#renewing?.then(revoke, () => {});
  }

  /** A token with life left. Renewed once, however many requests ask at the same time. */
  async #current(anew: boolean): Promise<string> {
    if (this.#hasEnded) throw new Failure('CREDENTIALS');
    if (anew || this.#token.endsAt - performance.now() < MARGIN) {
      this.#renewing ??= fetchToken(this.id, this.#secret).finally(() => {
        this.#renewing = undefined;
      });
      try {
        this.#token = await this.#renewing;
      } catch (failure) {
        // While the old one lives, a server that cannot make a new one now stops nobody.
        if (anew || this.#token.endsAt <= performance.now() || trouble(failure) === 'CREDENTIALS') throw failure;
      }
    }
    return this.#token.text;
  }

  /** A call with the token; one that the server does not take (any more) is renewed, and the call repeated once. */
  async #call(path: string, init: Omit<RequestInit, 'headers'> & { headers: Record<string, string> }, patience?: number): Promise<Response> {
    for (const anew of [false, true]) {
      const headers: Record<string, string> = {
        ...init.headers,
        'Authorization': `Bearer ${await this.#current(anew)}`,
        'Accept-Language': language(),
      };
      const response = await call(path, { ...init, headers }, patience);
      if (response.status !== 401) return response;
    }
    throw new Failure('CREDENTIALS');
  }

  /** What an operation answers. */
  async ask<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
    for (const anew of [false, true]) {
      const token = await this.#current(anew);
      try {
        return await request(operation, variables, { token, signal: AbortSignal.timeout(PATIENCE) });
      } catch (error) {
        if (!(error instanceof Unanswered)) throw new Failure('AWAY');
        if (error.code !== 'UNAUTHENTICATED') {
          throw new Failure(KINDS[error.code] ?? 'REFUSED', error.message, error.wait, [], error.requestId);
        }
      }
    }
    throw new Failure('CREDENTIALS');
  }

  /** A file, under this name or the one that the server gives it. */
  async download(path: string, called?: string): Promise<File> {
    const response = await this.#call(path, { headers: {} }, FILE_PATIENCE);
    if (!response.ok) throw await refusal(response);
    const name = called ?? /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'form';
    return new File([await response.blob()], name, { type: response.headers.get('content-type') ?? '' });
  }

  /** Sends a file as it is. What is wrong with its cells is an answer, too. */
  async upload<Report>(path: string, file: Blob, headers: Record<string, string>): Promise<Report> {
    const response = await this.#call(path, { method: 'POST', headers, body: file }, FILE_PATIENCE);
    if (!response.ok && response.status !== 422) throw await refusal(response);
    const body = await json(response.clone());
    if (!('problems' in body)) throw await refusal(response);
    return body as Report;
  }

  /** Puts a file where it is kept. */
  async put(path: string, file: Blob, headers: Record<string, string>): Promise<void> {
    const response = await this.#call(path, { method: 'PUT', headers, body: file }, FILE_PATIENCE);
    if (!response.ok) throw await refusal(response);
  }

  /** Sends a workbook, and gets it back with its problems marked in it. */
  async marked(path: string, file: Blob, type: string): Promise<File> {
    const response = await this.#call(path, { method: 'POST', headers: { Accept: type }, body: file }, FILE_PATIENCE);
    if (response.headers.get('content-type') !== type) throw await refusal(response);
    return new File([await response.blob()], 'checked.xlsx', { type });
  }
}

async function refusal(response: Response): Promise<Failure> {
  const body = await json(response.clone());
  const { code, requestId } = (body.error ?? {}) as { code?: string; requestId?: string };
  const kind = response.status === 412 || code === 'CONFLICT' ? 'CONFLICT' : 'REFUSED';
  return new Failure(kind, await words(response), undefined, (body.errors ?? []) as UserError[], requestId);
}

export function trouble(failure: unknown): Trouble {
  return failure instanceof Failure ? failure.trouble : 'REFUSED';
}

/** Hands a file to the reader, as a link to it would. */
export function handOver(file: File): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
