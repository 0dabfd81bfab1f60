// The server under test, as a client of the GraphQL-over-HTTP specification sees it.

export class Server {
  #endpoint;

  constructor(base) {
    this.#endpoint = new URL('/graphql', base);
  }

  /** Sends a body as it is; `body` may be any text, so that broken ones can be sent too. */
  async send(body) {
    try {
      const answer = await fetch(this.#endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body,
        // A server that hangs is a failure with a name, not a run without an end.
        signal: AbortSignal.timeout(60_000),
      });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      return { status: 0, text: `no answer: ${error.cause ?? error}` };
    }
  }

  /** Sends a GraphQL request. */
  request({ query, variables, operationName }) {
    return this.send(JSON.stringify({ query, variables, operationName }));
  }

  /** Data of a query of the fetch; errors other than those of `allowed` end it. */
  async data(query, variables, allowed = []) {
    const { status, text } = await this.request({ query, variables });
    const answer = parse(text);
    const errors = answer?.errors?.filter(({ extensions }) => !allowed.includes(extensions?.code)) ?? [];
    if (status !== 200 || errors.length > 0 || !answer?.data) {
      const shown = errors.length > 0 ? JSON.stringify(errors) : text;
      throw new Error(`a query of the fetch was answered ${status}: ${shown.slice(0, 1000)}\n${query.trim().slice(0, 500)}`);
    }
    return answer.data;
  }
}

/** The JSON value of a text; undefined if it is none. */
export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
