// A language model that can be asked questions, one at a time: retries where that makes sense, learns how its endpoint
// wants to be asked, and always ends within the time of a question. The key appears in nothing that it returns.

import OpenAI from 'openai';
import { UserError } from '../../common/errors.ts';
import type { Endpoint } from '../../common/language-model/endpoint.ts';
import type { Question } from '../../common/language-model/puzzle-text.ts';
import type { Failure } from '../../common/language-model/reply.ts';
import { type Answer, type Dialect, type StreamOutcome, streamAnswer } from './stream.ts';

/** What a question took, whether it was answered or not. */
export type Reply = { elapsedMs: number; attempts: number } & ({ answer: Answer } | { failure: Failure });

export interface LanguageModel {
  /** @throws the signal's reason when that is aborted */
  ask(question: Question, signal: AbortSignal): Promise<Reply>;
}

export interface LanguageModelOptions {
  apiKey: string | null;
  /** The wait before the first retry; it doubles from one to the next. */
  firstWaitMs?: number;
}

const longestWaitMs = 60_000;

export function createLanguageModel(
  endpoint: Endpoint,
  { apiKey, firstWaitMs = 1000 }: LanguageModelOptions,
): LanguageModel {
  const dialect: Dialect = { tokensField: 'max_tokens', usage: true };
  const withoutKey = (text: string) => (apiKey === null ? text : text.replaceAll(apiKey, '[the key]'));

  async function ask(question: Question, signal: AbortSignal): Promise<Reply> {
    const startedMs = performance.now();
    const elapsedMs = () => performance.now() - startedMs;
    for (let attempts = 1, retries = 0; ; attempts++) {
      const remainingMs = endpoint.answerMs - elapsedMs();
      const request = { endpoint, apiKey, dialect: { ...dialect }, question, remainingMs, signal };
      const outcome = await streamAnswer(request);
      if ('failure' in outcome) {
        if (attempts <= 3 && learn(outcome.error, request.dialect)) continue;
        const waitMs = waitBefore(retries, outcome);
        if (waitMs !== null && elapsedMs() + waitMs < endpoint.answerMs) {
          retries++;
          await sleep(waitMs, signal);
          continue;
        }
      }
      return { ...cleaned(outcome), elapsedMs: elapsedMs(), attempts };
    }
  }

  /** Whether the endpoint refused an option that can be left out or named otherwise. */
  function learn(error: unknown, { tokensField, usage }: Dialect): boolean {
    if (!(error instanceof OpenAI.APIError) || (error.status !== 400 && error.status !== 422)) return false;
    const said = `${error.message} ${JSON.stringify(error.error ?? '')}`;
    if (tokensField === 'max_tokens' && said.includes('max_completion_tokens')) {
      dialect.tokensField = 'max_completion_tokens';
      return true;
    }
    if (!usage || !/stream_options|include_usage/.test(said)) return false;
    dialect.usage = false;
    return true;
  }

  function waitBefore(retries: number, { failure, error }: Extract<StreamOutcome, { failure: Failure }>) {
    if (retries >= endpoint.retries) return null;
    if (failure.kind !== 'busy' && failure.kind !== 'server-error') return null;
    const asked = error instanceof OpenAI.APIError ? readRetryAfter(error.headers) : null;
    return asked ?? Math.min(longestWaitMs, firstWaitMs * 2 ** retries);
  }

  function cleaned(outcome: StreamOutcome): { answer: Answer } | { failure: Failure } {
    if ('answer' in outcome) {
      return { answer: { ...outcome.answer, text: withoutKey(outcome.answer.text) } };
    }
    return { failure: { ...outcome.failure, reason: withoutKey(outcome.failure.reason) } };
  }

  return { ask };
}

/** The key in the environment. @throws UserError where the variable is not set */
export function readApiKey(
  { apiKeyVariable }: Endpoint,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | null {
  if (apiKeyVariable === null) return null;
  const key = environment[apiKeyVariable]?.trim();
  if (key) return key;
  throw new UserError({
    what: 'The key of the endpoint is missing',
    where: `the environment variable ${apiKeyVariable}`,
    found: key === undefined ? 'not set' : 'empty',
    expected: 'the key, in the environment of the engine (where one runs already, in that of its terminal)',
    remedy: `set ${apiKeyVariable} and run the command again`,
  });
}

/** What the header Retry-After says, in seconds or as a date; null where it says nothing. */
export function readRetryAfter(headers: Headers | undefined, nowMs = Date.now()): number | null {
  const text = headers?.get('retry-after')?.trim();
  if (!text) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

async function sleep(waitMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(resolve, waitMs);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
