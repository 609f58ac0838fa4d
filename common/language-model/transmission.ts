// What leaves this program for an endpoint, counted before anything is sent and said in plain words.

import { z } from 'zod';
import { type Endpoint, isLoopback } from './endpoint.ts';
import type { Question } from './puzzle-text.ts';

export const transmissionSchema = z.object({
  url: z.string(),
  /** Host and port. */
  host: z.string(),
  /** Whether it stays on this machine. */
  loopback: z.boolean(),
  encrypted: z.boolean(),
  model: z.string(),
  apiKeyVariable: z.string().nullable(),
  /** What each question holds. */
  contents: z.string(),
  questions: z.number().int(),
  /** Bytes of the text of all questions together. */
  bytes: z.number().int(),
  /** Where all answers have the most tokens; null without prices. Counts a token for each byte of a question. */
  costAtMost: z.number().nullable(),
  /** The first question as it is sent; null where there is none. */
  firstQuestion: z.string().nullable(),
});
export type Transmission = z.infer<typeof transmissionSchema>;

export function planTransmission(
  { url, model, apiKeyVariable, priceInput, priceOutput, answerTokens }: Endpoint,
  questions: readonly Question[],
  contents: string,
): Transmission {
  const { host, protocol } = new URL(url);
  const encoder = new TextEncoder();
  const bytes = questions.reduce(
    (total, { system, user }) => total + encoder.encode(system).length + encoder.encode(user).length,
    0,
  );
  const answers = questions.length * answerTokens;
  const isPriced = priceInput !== null && priceOutput !== null;
  const [first] = questions;
  return {
    url,
    host,
    loopback: isLoopback(url),
    encrypted: protocol === 'https:',
    model,
    apiKeyVariable,
    contents,
    questions: questions.length,
    bytes,
    costAtMost: isPriced ? (bytes * priceInput + answers * priceOutput) / 1e6 : null,
    firstQuestion: first === undefined ? null : `${first.system}\n\n${first.user}`,
  };
}

/** What leaves, in lines for people. */
export function describeTransmission(transmission: Transmission): string[] {
  const { host, url, loopback, encrypted, model, contents, questions, bytes } = transmission;
  const place = loopback ? `${host}, which is on this machine` : `${host}, LEAVING THIS MACHINE`;
  const { apiKeyVariable, costAtMost } = transmission;
  return [
    `to         ${place}${loopback || encrypted ? '' : ', NOT ENCRYPTED'} (${url}, model ${model})`,
    `what       ${contents}`,
    `how much   ${questions} question${questions === 1 ? '' : 's'}, ${bytes} bytes of text`,
    `key        ${apiKeyVariable === null ? 'none' : `the value of the environment variable ${apiKeyVariable}`}`,
    ...(costAtMost === null ? [] : [`cost       at most ${formatCost(costAtMost)} by the given prices`]),
  ];
}

/** In the currency of the prices, with three digits where it is small. */
export function formatCost(cost: number): string {
  if (cost === 0) return '0';
  return cost >= 1 ? cost.toFixed(2) : String(Number(cost.toPrecision(3)));
}
