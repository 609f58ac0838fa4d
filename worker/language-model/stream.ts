// One request to an endpoint, read as a stream within limits. It always ends: with an answer, a failure, or the
// signal's reason. Nothing is sent but the question and, where there is one, the key.

import OpenAI from 'openai';
import { z } from 'zod';
import type { Endpoint } from '../../common/language-model/endpoint.ts';
import type { Question } from '../../common/language-model/puzzle-text.ts';
import type { Failure } from '../../common/language-model/reply.ts';
import { classifyError, classifyStatus } from './failure.ts';

/** What the endpoint said, reasoning left out. */
export interface Answer {
  text: string;
  inputTokens: number | null;
  outputTokens: number | null;
  /** Whether it ended at the limit of tokens. */
  cutOff: boolean;
}

/** How one endpoint wants to be asked, learnt from its refusals. */
export interface Dialect {
  tokensField: 'max_tokens' | 'max_completion_tokens';
  usage: boolean;
}

export interface StreamRequest {
  endpoint: Endpoint;
  apiKey: string | null;
  dialect: Dialect;
  question: Question;
  /** Time that is left of the question's. */
  remainingMs: number;
  signal: AbortSignal;
}

/** `error` is what the client library threw, for what is to be learnt of it. */
export type StreamOutcome = { answer: Answer } | { failure: Failure; error: unknown };

/** How much more than an answer its wrapping on the wire may weigh. */
const wireFactor = 64;
/** What is read of the words of an error. */
const longestError = 65_536;
/** After the last piece of an answer only the token counts can follow. */
const silenceAtEndMs = 5000;

const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            reasoning_content: z.unknown().optional(),
            reasoning: z.unknown().optional(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z
    .object({ prompt_tokens: z.number().int().min(0), completion_tokens: z.number().int().min(0) })
    .nullish()
    .catch(null),
});

/** Asks once. @throws the signal's reason when that is aborted */
export async function streamAnswer(request: StreamRequest): Promise<StreamOutcome> {
  const { endpoint, signal } = request;
  signal.throwIfAborted();
  const watch = createWatch(request);
  const reader = createReader(endpoint);
  try {
    const stream = await watch.orEnd(openStream(request, watch));
    const chunks = stream[Symbol.asyncIterator]();
    for (;;) {
      const next = await watch.orEnd(chunks.next());
      if (next.done) break;
      const failure = reader.read(next.value);
      if (failure !== null) return { failure, error: null };
      if (reader.finished()) watch.expectEnd();
    }
    return reader.finish();
  } catch (error) {
    signal.throwIfAborted();
    // Its end may be late or never come; the answer is whole.
    if (reader.finished()) return reader.finish();
    return { failure: watch.failure() ?? classifyError(error, endpoint.url), error };
  } finally {
    watch.close();
  }
}

type Watch = ReturnType<typeof createWatch>;

/** Ends the request when it is silent or slow for too long, grows too large, or the job is cancelled. */
function createWatch({ endpoint, remainingMs, signal }: StreamRequest) {
  const ending = new AbortController();
  const { silenceMs, answerBytes, answerMs } = endpoint;
  let failure: Failure | null = null;
  let bytes = 0;
  let silence: NodeJS.Timeout | undefined;
  let longestSilenceMs = silenceMs;
  const ended = Promise.withResolvers<never>();
  // Nobody may be waiting when it comes.
  ended.promise.catch(() => {});

  function end(found: Failure): void {
    failure ??= found;
    ending.abort();
    ended.reject(new Error(found.reason));
  }
  function listen(): void {
    clearTimeout(silence);
    silence = setTimeout(() => {
      const when = bytes === 0 ? 'and has not begun to answer' : 'in the middle of its answer';
      end({ kind: 'silent', reason: `the endpoint was silent for ${longestSilenceMs / 1000} s ${when}` });
    }, longestSilenceMs);
  }
  const onAbort = () => {
    ending.abort();
    ended.reject(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const total = setTimeout(
    () => end({ kind: 'too-slow', reason: `no whole answer within ${answerMs / 1000} s` }),
    Math.max(1, remainingMs),
  );
  listen();
  return {
    signal: ending.signal,
    end,
    failure: () => failure,
    /** What comes of the promise, unless the request ends first. */
    orEnd: <T>(promise: Promise<T>): Promise<T> => {
      promise.catch(() => {});
      return Promise.race([promise, ended.promise]);
    },
    heard(length: number, status: number): void {
      bytes += length;
      const isError = status < 200 || status >= 300;
      if (isError && bytes > longestError) end(classifyStatus(status, '', endpoint.url));
      else if (bytes > answerBytes * wireFactor) end(tooLong(answerBytes));
      else listen();
    },
    expectEnd(): void {
      longestSilenceMs = Math.min(silenceMs, silenceAtEndMs);
    },
    close(): void {
      clearTimeout(silence);
      clearTimeout(total);
      signal.removeEventListener('abort', onAbort);
      ending.abort();
    },
  };
}

function tooLong(answerBytes: number): Failure {
  return { kind: 'too-long', reason: `the answer is longer than ${answerBytes} bytes` };
}

function openStream({ endpoint, apiKey, dialect, question, remainingMs }: StreamRequest, watch: Watch) {
  const client = new OpenAI({
    baseURL: endpoint.url,
    // The library would take these from the environment.
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: Math.max(1, Math.ceil(remainingMs)) + 1000,
    logLevel: 'off',
    fetch: guardedFetch(apiKey, watch),
  });
  const { system, user } = question;
  return client.chat.completions.create(
    {
      model: endpoint.model,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ],
      stream: true,
      [dialect.tokensField]: endpoint.answerTokens,
      ...(dialect.usage && { stream_options: { include_usage: true } }),
      ...(endpoint.temperature !== null && { temperature: endpoint.temperature }),
    },
    { signal: watch.signal },
  );
}

/** Sends the body with the fewest headers, follows no redirection, takes a stream of events only, and counts bytes. */
function guardedFetch(apiKey: string | null, watch: Watch) {
  return async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const headers = new Headers({ 'content-type': 'application/json', accept: 'text/event-stream' });
    if (apiKey !== null) headers.set('authorization', `Bearer ${apiKey}`);
    const { method = 'POST', body = null } = init ?? {};
    const response = await fetch(url, { method, body, headers, signal: watch.signal, redirect: 'manual' });
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
    if (response.ok && type !== 'text/event-stream') {
      const found = type === '' ? 'something of no stated type' : type;
      watch.end({
        kind: 'no-stream',
        reason: `the endpoint answers with ${found} instead of a stream of events`,
      });
    }
    const counted = response.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          watch.heard(chunk.length, response.status);
          controller.enqueue(chunk);
        },
      }),
    );
    return new Response(counted ?? null, response);
  };
}

/** Puts the answer together from its pieces. */
function createReader({ answerBytes }: Endpoint) {
  let text = '';
  let bytes = 0;
  let finishReason: string | null = null;
  let usage: { prompt_tokens: number; completion_tokens: number } | null = null;
  return {
    /** Reads a piece that may be anything. Returns what ends the answer, or null. */
    read(chunk: unknown): Failure | null {
      const parsed = chunkSchema.safeParse(chunk);
      if (!parsed.success) {
        return { kind: 'malformed', reason: 'a piece of the answer is not as the protocol has it' };
      }
      usage = parsed.data.usage ?? usage;
      const [choice] = parsed.data.choices ?? [];
      const { content, reasoning_content: reasoning, reasoning: otherReasoning } = choice?.delta ?? {};
      text += content ?? '';
      for (const piece of [content, reasoning, otherReasoning]) {
        if (typeof piece === 'string') bytes += Buffer.byteLength(piece);
      }
      finishReason = choice?.finish_reason ?? finishReason;
      return bytes > answerBytes ? tooLong(answerBytes) : null;
    },
    finished: () => finishReason !== null,
    finish(): StreamOutcome {
      if (finishReason === null) {
        return {
          failure: { kind: 'malformed', reason: 'the stream ended before the answer did' },
          error: null,
        };
      }
      const cutOff = finishReason === 'length';
      if (text.trim() === '') {
        const reason = cutOff
          ? 'nothing but reasoning until the limit of tokens'
          : 'the answer has no text in it';
        return { failure: { kind: 'empty', reason }, error: null };
      }
      const inputTokens = usage?.prompt_tokens ?? null;
      return {
        answer: { text, inputTokens, outputTokens: usage?.completion_tokens ?? null, cutOff },
      };
    },
  };
}
