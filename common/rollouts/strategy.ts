// A rollout strategy as text, such as `chains=25 noise=0.3 choose=halting`: how often and how a puzzle is solved, and which of
// the answers counts. PTRM (arXiv 2605.19943) adds noise to the latent and takes the surest answer; symmetries are test-time
// augmentation.

import { z } from 'zod';
import { UserError } from '../errors.ts';

export const choices = ['halting', 'residual', 'vote', 'valid'] as const;
export type Choice = (typeof choices)[number];

export interface RolloutStrategy {
  /** Chains of a puzzle; the first of them has no noise. */
  chains: number;
  /** Standard deviation of what is added to the answer's latent before each step but the first. */
  noise: number;
  /** Copies of the puzzle under symmetries of its domain, the puzzle itself first; answers are turned back. */
  symmetries: number;
  /** Surest by halting probability, smallest latent residual, most frequent answer, or first that keeps the rules. */
  choose: Choice;
  /** Whether all chains go on until they halt, or the first that halts ends them all. */
  finish: 'all' | 'first';
  /** Most supervision steps; 0 as many as given otherwise. */
  steps: number;
}

export const plainStrategy: RolloutStrategy = {
  chains: 1,
  noise: 0,
  symmetries: 1,
  choose: 'halting',
  finish: 'all',
  steps: 0,
};

const parts: {
  [Name in keyof RolloutStrategy]: { expected: string; read(text: string): RolloutStrategy[Name] | null };
} = {
  chains: whole(1, 1000),
  noise: {
    expected: 'a number from 0 to 10',
    read: (text) => (text !== '' && Number(text) >= 0 && Number(text) <= 10 ? Number(text) : null),
  },
  symmetries: whole(1, 1000),
  choose: oneOf(choices),
  finish: oneOf(['all', 'first'] as const),
  steps: whole(1, 4096),
};

function whole(minimum: number, maximum: number) {
  return {
    expected: `a whole number from ${minimum} to ${maximum}`,
    read: (text: string) => {
      const value = Number(text);
      return /^[0-9]+$/.test(text) && value >= minimum && value <= maximum ? value : null;
    },
  };
}

function oneOf<Value extends string>(values: readonly Value[]) {
  return {
    expected: `one of ${values.join(', ')}`,
    read: (text: string) => values.find((value) => value === text) ?? null,
  };
}

export const rolloutStrategySchema = z
  .string()
  .max(200)
  .superRefine((text, context) => {
    const problem = findProblem(text);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem.expected });
  });

/** @throws UserError that names the part that cannot be read */
export function parseStrategy(text: string, where = '--rollouts'): RolloutStrategy {
  const problem = findProblem(text);
  if (problem !== null) throw new UserError({ what: 'A rollout strategy cannot be read', where, ...problem });
  return readStrategy(text);
}

/** The shortest text that gives the strategy; `plain` for a single chain as it is. */
export function formatStrategy(strategy: RolloutStrategy): string {
  const names = Object.keys(parts) as (keyof RolloutStrategy)[];
  const told = names.filter((name) => strategy[name] !== plainStrategy[name]);
  return told.length === 0 ? 'plain' : told.map((name) => `${name}=${strategy[name]}`).join(' ');
}

function wordsOf(text: string): [name: string, value: string][] {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== 'plain');
  return words.map((word) => {
    const [name = '', ...rest] = word.split('=');
    return [name, rest.join('=')];
  });
}

function findProblem(text: string): { found: string; expected: string } | null {
  const names = Object.keys(parts);
  for (const [name, value] of wordsOf(text)) {
    const part = parts[name as keyof RolloutStrategy];
    if (!names.includes(name)) {
      return { found: JSON.stringify(name), expected: `parts such as chains=25, of ${names.join(', ')}` };
    }
    if (part.read(value) === null)
      return { found: `${name}=${value}`, expected: `${name}= ${part.expected}` };
  }
  const { chains, noise } = readStrategy(text);
  if (chains > 1 && noise === 0) {
    return {
      found: text.trim(),
      expected: 'noise above 0 where there are several chains, which would all be the same',
    };
  }
  return null;
}

function readStrategy(text: string): RolloutStrategy {
  const told = wordsOf(text).map(([name, value]) => [
    name,
    parts[name as keyof RolloutStrategy]?.read(value),
  ]);
  return { ...plainStrategy, ...Object.fromEntries(told) } as RolloutStrategy;
}
