// Why an endpoint gave no answer: its words and the system's, in one short line without the key.

import OpenAI from 'openai';
import type { Failure } from '../../common/language-model/reply.ts';

const longestReason = 300;

/** One line of at most 300 characters. */
export function shortLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= longestReason ? line : `${line.slice(0, longestReason - 1)}…`;
}

/** What went wrong between here and the endpoint, of anything that the client library throws. */
export function classifyError(error: unknown, url: string): Failure {
  if (error instanceof OpenAI.APIError && error.status !== undefined) {
    return classifyStatus(error.status, wordsOf(error), url);
  }
  // An error that came as an event of the stream has no status.
  if (error instanceof OpenAI.APIError && !(error instanceof OpenAI.APIConnectionError)) {
    return { kind: 'server-error', reason: shortLine(`the endpoint ended its answer: ${wordsOf(error)}`) };
  }
  if (error instanceof SyntaxError) {
    return { kind: 'malformed', reason: 'a piece of the answer is no valid JSON' };
  }
  const cause = deepestCause(error);
  if (isBrokenOff(cause)) return { kind: 'malformed', reason: 'the connection ended before the answer did' };
  return {
    kind: 'unreachable',
    reason: shortLine(`${new URL(url).host} cannot be reached: ${cause.message}`),
  };
}

/** A status of HTTP that is no success. */
export function classifyStatus(status: number, words: string, url: string): Failure {
  const said = words === '' ? `status ${status}` : `status ${status}: ${words}`;
  const failure = (kind: Failure['kind'], reason: string): Failure => ({ kind, reason: shortLine(reason) });
  if (status === 401 || status === 403) return failure('refused', `the endpoint wants another key, ${said}`);
  if (status === 404) return failure('no-model', `no such model or address ${url}, ${said}`);
  if (status === 429) return failure('busy', `the endpoint takes no more questions now, ${said}`);
  if (status >= 500) return failure('server-error', `the endpoint failed, ${said}`);
  if (status >= 300 && status < 400)
    return failure('rejected', `the endpoint points elsewhere, which is not followed, ${said}`);
  return failure('rejected', `the endpoint does not take the question, ${said}`);
}

/** The endpoint's own words about an error, where it has any that are not a whole page. */
function wordsOf({ error, message }: InstanceType<typeof OpenAI.APIError>): string {
  if (
    typeof error === 'object' &&
    error !== null &&
    'message' in error &&
    typeof error.message === 'string'
  ) {
    return error.message;
  }
  if (typeof error === 'string') return error;
  const words = message.replace(/^\d{3} /, '');
  if (/^\s*<|status code \(no body\)$/.test(words)) return '';
  return words;
}

function deepestCause(error: unknown): Error & { code?: unknown } {
  let deepest = error instanceof Error ? error : new Error(String(error));
  while (deepest.cause instanceof Error) deepest = deepest.cause;
  // Several addresses of one name: any of their errors says it.
  if (deepest instanceof AggregateError && deepest.errors[0] instanceof Error) return deepest.errors[0];
  return deepest;
}

function isBrokenOff({ code, message }: Error & { code?: unknown }): boolean {
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || message === 'terminated';
}
