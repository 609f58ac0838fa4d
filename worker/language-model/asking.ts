// Asks a language model many questions, several at once, and gives up an endpoint that does not work instead of asking
// it again for every puzzle.

import { costOf, type Endpoint } from '../../common/language-model/endpoint.ts';
import { type PuzzleText, type Question, readReply } from '../../common/language-model/puzzle-text.ts';
import { type Failure, isModelFailure, type Usage } from '../../common/language-model/reply.ts';
import type { LanguageModel, Reply } from './client.ts';

/** What became of a question: a grid, which nobody has checked, or a failure. */
export type Asked = { usage: Usage } & ({ answer: Int32Array } | { failure: Failure });

export interface AskOptions {
  endpoint: Endpoint;
  text: PuzzleText;
  signal: AbortSignal;
  /** Called after each question that was answered or failed. */
  onProgress(done: number): void;
}

/** Failures of the endpoint in a row after which it is given up. */
const mostFailuresInRow = 3;

/**
 * One entry for each question, in that order; null stands for a puzzle that cannot be asked.
 * @throws the signal's reason when that is aborted
 */
export async function askAll(
  model: LanguageModel,
  questions: readonly (Question | null)[],
  { endpoint, text, signal, onProgress }: AskOptions,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  let [next, done, failuresInRow] = [0, 0, 0];
  let givenUp: Failure | null = null;

  async function work(): Promise<void> {
    while (next < questions.length) {
      const index = next++;
      const question = questions[index] ?? null;
      if (question === null) asked[index] = notAsked('no solved example of its task is known');
      else if (givenUp !== null) asked[index] = notAsked(`after other questions failed: ${givenUp.reason}`);
      else asked[index] = note(readAsked(await model.ask(question, signal), endpoint, text));
      onProgress(++done);
    }
  }
  function note(result: Asked): Asked {
    const failure = 'failure' in result && !isModelFailure(result.failure) ? result.failure : null;
    failuresInRow = failure === null ? 0 : failuresInRow + 1;
    const isFinal = failure?.kind === 'refused' || failure?.kind === 'no-model';
    if (isFinal || failuresInRow >= mostFailuresInRow) givenUp ??= failure;
    return result;
  }

  await Promise.all(Array.from({ length: Math.min(endpoint.parallel, questions.length) }, work));
  return asked;
}

function readAsked(reply: Reply, endpoint: Endpoint, text: PuzzleText): Asked {
  const { elapsedMs, attempts } = reply;
  if ('failure' in reply) {
    const usage = { elapsedMs, attempts, inputTokens: null, outputTokens: null, cost: null };
    return { usage, failure: reply.failure };
  }
  const { inputTokens, outputTokens, cutOff } = reply.answer;
  const tokens = { inputTokens, outputTokens };
  const usage = { elapsedMs, attempts, ...tokens, cost: costOf(endpoint, tokens) };
  const read = readReply(text, reply.answer.text);
  if ('answer' in read) return { usage, answer: read.answer };
  if (cutOff) {
    const reason = `it ended at the limit of ${endpoint.answerTokens} tokens: ${read.problem}`;
    return { usage, failure: { kind: 'too-long', reason } };
  }
  return { usage, failure: { kind: 'no-grid', reason: read.problem } };
}

function notAsked(reason: string): Asked {
  const usage = { elapsedMs: 0, attempts: 0, inputTokens: null, outputTokens: null, cost: null };
  return { usage, failure: { kind: 'not-asked', reason } };
}
