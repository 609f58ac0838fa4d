// The options of commands that may ask a language model, and what they make of them.

import type { Argv } from 'yargs';
import { UserError } from '../../common/errors.ts';
import { type EndpointInput, endpointSchema } from '../../common/language-model/endpoint.ts';
import type { GlobalOptions } from './output.ts';
import { parseCount } from './values.ts';

export interface EndpointOptions extends GlobalOptions {
  endpoint: string | undefined;
  model: string | undefined;
  'api-key-env': string | undefined;
  'allow-sending': boolean;
  'dry-run': boolean;
  temperature: string | undefined;
  'answer-tokens': string | undefined;
  'answer-bytes': string | undefined;
  'answer-seconds': string | undefined;
  'silence-seconds': string | undefined;
  retries: string | undefined;
  parallel: string | undefined;
  'price-input': string | undefined;
  'price-output': string | undefined;
}

/** Adds the options of an endpoint to a command. */
export function endpointOptions<Options extends GlobalOptions>(yargs: Argv<Options>) {
  const text = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const;
  return yargs
    .option('endpoint', text('Base of an OpenAI-compatible API, such as http://127.0.0.1:11434/v1'))
    .option('model', text('Name of the language model there'))
    .option('api-key-env', text('Environment variable that holds the key; the key itself is never stored'))
    .option('allow-sending', {
      type: 'boolean',
      default: false,
      describe: 'Let puzzles leave this machine; an endpoint on it needs no leave',
    })
    .option('dry-run', {
      type: 'boolean',
      default: false,
      describe: 'Say what would be sent, and send nothing',
    })
    .option('temperature', text('Of the language model; by default its own'))
    .option('answer-tokens', text('Most tokens of an answer, reasoning included [default: 16384]'))
    .option('answer-bytes', text('A longer answer is broken off [default: 262144]'))
    .option('answer-seconds', text('Most time for a question, retries included [default: 600]'))
    .option('silence-seconds', text('Most time without a byte [default: 120]'))
    .option('retries', text('Retries after 429 and 5xx [default: 3]'))
    .option('parallel', text('Questions at once [default: 1]'))
    .option('price-input', text('What a million tokens of questions cost'))
    .option('price-output', text('What a million tokens of answers cost'));
}

/** The endpoint that the options describe, checked. @throws UserError that names the option */
export function readEndpoint(options: EndpointOptions, url: string | undefined): EndpointInput {
  const { model } = options;
  if (url === undefined || model === undefined) {
    throw new UserError({
      what: 'It is not known which language model to ask',
      found: url === undefined ? 'no URL of an endpoint' : 'no name of a model',
      expected: 'both',
      remedy: 'give for example --endpoint http://127.0.0.1:11434/v1 --model qwen3:8b',
    });
  }
  const input: EndpointInput = {
    url,
    model,
    apiKeyVariable: options['api-key-env'] ?? null,
    allowSending: options['allow-sending'],
    ...optional('temperature', readNumber(options, 'temperature')),
    ...optional('answerTokens', readWhole(options, 'answer-tokens')),
    ...optional('answerBytes', readWhole(options, 'answer-bytes')),
    ...optional('answerMs', toMilliseconds(readNumber(options, 'answer-seconds'))),
    ...optional('silenceMs', toMilliseconds(readNumber(options, 'silence-seconds'))),
    ...optional('retries', readWhole(options, 'retries')),
    ...optional('parallel', readWhole(options, 'parallel')),
    ...optional('priceInput', readNumber(options, 'price-input')),
    ...optional('priceOutput', readNumber(options, 'price-output')),
  };
  const parsed = endpointSchema.safeParse(input);
  if (parsed.success) return input;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0] ?? '');
  const value =
    field === 'apiKeyVariable'
      ? 'something that is no such name, and is not shown'
      : JSON.stringify(Reflect.get(input, field));
  throw new UserError({
    what: `${flags[field] ?? field} cannot be used`,
    where: flags[field] ?? field,
    // A key that was given by mistake must not be shown.
    found: value ?? 'nothing',
    expected: issue?.message ?? 'another value',
  });
}

/** The option of each field. */
const flags: Readonly<Record<string, string>> = {
  url: '--endpoint',
  model: '--model',
  apiKeyVariable: '--api-key-env',
  temperature: '--temperature',
  answerTokens: '--answer-tokens',
  answerBytes: '--answer-bytes',
  answerMs: '--answer-seconds',
  silenceMs: '--silence-seconds',
  retries: '--retries',
  parallel: '--parallel',
  priceInput: '--price-input',
  priceOutput: '--price-output',
};

type NumberOption = Exclude<
  keyof EndpointOptions,
  keyof GlobalOptions | 'endpoint' | 'model' | 'api-key-env' | 'allow-sending' | 'dry-run'
>;

function readWhole(options: EndpointOptions, name: NumberOption): number | undefined {
  const text = options[name];
  return text === undefined ? undefined : parseCount(`--${name}`, text, 0);
}

function readNumber(options: EndpointOptions, name: NumberOption): number | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new UserError({
    what: `--${name} cannot be ${JSON.stringify(text)}`,
    where: `--${name}`,
    found: JSON.stringify(text),
    expected: 'a number, at least 0',
  });
}

function toMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

function optional<Name extends string>(name: Name, value: number | undefined): { [Key in Name]?: number } {
  // A record with one key of a literal type cannot be built from a computed name without saying so.
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]: number });
}
