// What an answer to a bad request has to look like.

import { parse } from './server.mjs';

/** Words of the inside that have no place in a message: statements, drivers, source files. */
const INSIDE = [/\b(SELECT|INSERT|UPDATE|DELETE|WHERE)\b/, /sqlx|sea.?orm|sqlite|postgres|database|panick|\.rs\b|unwrap|no such (table|column)|json_|uuid/i];

/** What is wrong with the errors of an answer; null if nothing is. */
export function problemOfErrors({ status, text }) {
  if (status === 0 || status >= 500) return `status ${status}: ${text.slice(0, 500)}`;
  const answer = parse(text);
  if (answer === undefined) return `status ${status}, and the body is no JSON: ${text.slice(0, 500)}`;
  const { errors } = answer;
  if (!Array.isArray(errors) || errors.length === 0) return `status ${status}, no errors: ${text.slice(0, 500)}`;
  for (const { message, extensions } of errors) {
    if (typeof message !== 'string' || message === '') return `an error without a message: ${text.slice(0, 500)}`;
    if (!/^[A-Z][A-Z_]+$/.test(extensions?.code ?? '')) return `an error without a code: ${text.slice(0, 500)}`;
    if (extensions.code === 'INTERNAL_SERVER_ERROR') return `a caller's fault shown as the server's: ${text.slice(0, 500)}`;
    if (INSIDE.some((word) => word.test(message))) return `a message that tells of the inside: ${message}`;
  }
  return null;
}

/** What is wrong with the refusal of a request that must not be executed; null if nothing is. */
export function problemOfRefusal(answer, statuses = [400]) {
  const problem = problemOfErrors(answer);
  if (problem !== null) return problem;
  // A request error has no `data` entry at all, not even null (specification, "Response Format").
  if ('data' in parse(answer.text)) return `there is data: ${answer.text.slice(0, 500)}`;
  if (!statuses.includes(answer.status)) {
    return `status ${answer.status} instead of ${statuses.join(' or ')}: ${answer.text.slice(0, 500)}`;
  }
  return null;
}
