// A language model behind an OpenAI-compatible endpoint: how it is reached, with which limits, and whether it may be
// sent puzzles. What stands here is stored with jobs; a key never does, only the name of the variable that holds it.

import { z } from 'zod';
import { UserError } from '../errors.ts';

/** What `fetch` of Node waits for between two pieces of an answer, whatever is asked for. */
const longestSilenceMs = 290_000;
const dayMs = 86_400_000;

const baseUrlSchema = z
  .string()
  .max(2000)
  .superRefine((text, context) => {
    const problem = findUrlProblem(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

/** Also keeps out most keys that are given by mistake, which have small letters or dashes. */
const variableName = z
  .string()
  .max(100)
  .regex(/^[A-Z_][A-Z0-9_]*$/, {
    error: 'the name of an environment variable (capitals, digits, _), never the key itself',
  });

const price = z.number().min(0).max(1e6).nullable().default(null);

export const endpointSchema = z
  .strictObject({
    /** Base of the API, such as http://127.0.0.1:11434/v1. */
    url: baseUrlSchema,
    model: z.string().min(1).max(200),
    /** The environment variable that holds the key; null sends none. */
    apiKeyVariable: variableName.nullable().default(null),
    /** Whether puzzles may leave this machine; an endpoint on the machine itself needs no leave. */
    allowSending: z.boolean().default(false),
    /** Null leaves it to the endpoint. */
    temperature: z.number().min(0).max(2).nullable().default(null),
    /** Asked of the endpoint as the most tokens of an answer, reasoning included. */
    answerTokens: z.number().int().min(1).max(1_000_000).default(16_384),
    /** A longer answer, reasoning included, is broken off here. */
    answerBytes: z.number().int().min(100).max(100_000_000).default(262_144),
    /** The time of one question, retries and waits included. */
    answerMs: z.number().int().min(100).max(dayMs).default(600_000),
    /** The longest time without a byte, also before the first. */
    silenceMs: z.number().int().min(50).max(longestSilenceMs).default(120_000),
    /** After 429 and 5xx only. */
    retries: z.number().int().min(0).max(10).default(3),
    /** Questions at once. */
    parallel: z.number().int().min(1).max(64).default(1),
    /** What a million tokens cost, in any currency. */
    priceInput: price,
    priceOutput: price,
  })
  .refine(({ priceInput, priceOutput }) => (priceInput === null) === (priceOutput === null), {
    path: ['priceOutput'],
    error: 'both prices or none',
  });
export type Endpoint = z.infer<typeof endpointSchema>;
export type EndpointInput = z.input<typeof endpointSchema>;

/** Whether the host of a URL is this machine, by its name alone. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  // The parser of URLs has made four numbers of every way to write an IPv4 address.
  return /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** @throws UserError unless the endpoint is on this machine, or the user allows that puzzles leave it */
export function requireSendingAllowed({ url, allowSending, model }: Endpoint): void {
  const { host } = new URL(url);
  if (allowSending || isLoopback(url)) return;
  throw new UserError({
    what: `Puzzles would leave this machine for ${host}, which nobody has allowed`,
    where: url,
    found: 'no leave to send anything',
    expected: 'an endpoint on this machine, or leave to send',
    remedy: `see with --dry-run what ${model} would be sent, then give --allow-sending`,
  });
}

/** What the tokens cost; null where that is not known. */
export function costOf(
  { priceInput, priceOutput }: Pick<Endpoint, 'priceInput' | 'priceOutput'>,
  { inputTokens, outputTokens }: { inputTokens: number | null; outputTokens: number | null },
): number | null {
  if (priceInput === null || priceOutput === null || inputTokens === null || outputTokens === null) {
    return null;
  }
  return (inputTokens * priceInput + outputTokens * priceOutput) / 1e6;
}

function findUrlProblem(text: string): string | null {
  if (!URL.canParse(text)) return 'a URL such as http://127.0.0.1:11434/v1';
  const { protocol, username, password, search, hash } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') return 'a URL that begins with http:// or https://';
  if (username !== '' || password !== '') return 'a URL without a name or password: it would be stored';
  if (search !== '' || hash !== '') return 'a URL without ? and #: it would be stored';
  return null;
}
