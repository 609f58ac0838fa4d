// The options that benchmarks share, and how the values of options are checked.

import { extname, resolve } from 'node:path';
import { UserError } from '../common/errors.ts';
import { cpuHasBfloat16 } from '../worker/compute.ts';

/** To be spread into the options of a benchmark, which adds `rounds` with its own default. */
export const commonOptions = {
  reference: { type: 'string' },
  python: { type: 'string', default: 'python3' },
  json: { type: 'boolean', default: false },
  output: { type: 'string' },
} as const;

export interface CommonSettings {
  rounds: number;
  /** A checkout of the reference implementation; without it only ours is measured. */
  reference: string | undefined;
  /** A Python with the packages that the reference needs. */
  python: string;
  /** Prints one JSON object in place of the Markdown table. */
  json: boolean;
  /** A .md or .json file that gets the result too. */
  output: string | undefined;
}

/** @throws UserError that names the option */
export function readCommonSettings(values: {
  rounds: string;
  reference?: string | undefined;
  python: string;
  json: boolean;
  output?: string | undefined;
}): CommonSettings {
  const { reference, python, json, output } = values;
  if (output !== undefined && !['.md', '.json'].includes(extname(output))) {
    throw new UserError({
      what: '--output names no file that a benchmark can write',
      found: output,
      expected: 'a file that ends in .md or .json',
    });
  }
  return {
    rounds: parseCount('rounds', values.rounds),
    reference: reference === undefined ? undefined : resolve(reference),
    python,
    json,
    output,
  };
}

/** @throws UserError that names the option */
export function parseCount(option: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new UserError({
    what: `--${option} is no count`,
    found: text,
    expected: 'a whole number of at least 1',
  });
}

/** One of the choices, or all of them where the text is `all`. @throws UserError that names the option */
export function parseChoices<Choice extends string>(
  option: string,
  text: string,
  choices: readonly Choice[],
  all: string,
): Choice[] {
  if (text === all) return [...choices];
  const chosen = choices.filter((choice) => choice === text);
  if (chosen.length > 0) return chosen;
  throw new UserError({
    what: `--${option} has no such choice`,
    found: text,
    expected: `one of: ${[...choices, all].join(', ')}`,
  });
}

export const precisions = ['float32', 'bfloat16'] as const;
export type Precision = (typeof precisions)[number];

/**
 * The precisions that an option names: `auto` is float32, and bfloat16 too where this machine's processor multiplies it
 * (elsewhere the reference takes minutes for what float32 does in seconds). @throws UserError that names the option
 */
export function parsePrecisions(text: string): Precision[] {
  if (text !== 'auto') return parseChoices('precision', text, precisions, 'both');
  return cpuHasBfloat16() ? [...precisions] : ['float32'];
}
