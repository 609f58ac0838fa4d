// Checks a dataset of an own domain anew: no input is in both splits, every label has a cell that counts, and the card's
// numbers are those of the arrays. There are no rules by which an answer could be checked.

import type { LeakageCheck } from '../../common/dataset-card.ts';
import { IGNORED_LABEL } from '../../common/labels.ts';
import { PADDING_TOKEN } from '../../common/puzzles/tokens/layout.ts';
import { type SplitName, splitNames } from './layout.ts';
import type { Dataset } from './open.ts';
import type { DatasetSplit } from './open-split.ts';
import { describeNumbers } from './statistics.ts';
import { checkTokensLeakage } from './tokens-card.ts';
import { checkLeakageCard, checkSplitCard, type RecomputedSplit } from './verify-card.ts';
import type { VerifyOptions } from './verify-options.ts';
import { describeWrong } from './verify-sampling.ts';

interface SplitFacts {
  /** Puzzle identifier and input of each example, as a text. */
  keys: string[];
  recomputed: RecomputedSplit;
  /** Examples whose label has no cell that counts. */
  empty: string[];
}

export async function verifyTokens(dataset: Dataset, options: VerifyOptions): Promise<LeakageCheck[]> {
  const checks: LeakageCheck[] = [];
  const facts: Partial<Record<SplitName, SplitFacts>> = {};
  for (const name of splitNames) {
    const read = await readSplit(dataset, name, options);
    facts[name] = read;
    checks.push({
      name: `Labels that count, ${name} split`,
      result: `${read.keys.length} examples read; ${describeWrong(read.empty)}.`,
      passed: read.empty.length === 0,
    });
    checks.push(...checkSplitCard(dataset, name, read.recomputed));
  }
  const test = new Set(facts.test?.keys);
  const shared = new Set(facts.train?.keys.filter((key) => test.has(key))).size;
  const leakage = [checkTokensLeakage(facts.test?.keys.length ?? 0, shared)];
  return [...checks, ...leakage, ...checkLeakageCard(dataset, leakage)];
}

async function readSplit(dataset: Dataset, name: SplitName, options: VerifyOptions): Promise<SplitFacts> {
  const split = dataset.split(name);
  const cells = dataset.metadata.sequenceLength;
  const [input, label] = [new Int32Array(cells), new Int32Array(cells)];
  const facts: SplitFacts = { keys: [], recomputed: { counts: {}, distributions: {} }, empty: [] };
  const lengths: { input: number[]; output: number[] } = { input: [], output: [] };
  for (let puzzle = 0; puzzle < split.puzzleCount; puzzle++) {
    const identifier = split.puzzleIdentifiers[puzzle] ?? 0;
    const end = split.puzzleIndices[puzzle + 1] ?? 0;
    for (let example = split.puzzleIndices[puzzle] ?? 0; example < end; example++) {
      split.copyInputs(example, input, 0);
      split.copyLabels(example, label, 0);
      facts.keys.push(`${identifier} ${Buffer.from(input).toString('latin1')}`);
      lengths.input.push(count(input));
      lengths.output.push(count(label));
      if (label.every((token) => token === IGNORED_LABEL)) facts.empty.push(`example ${example}`);
    }
    const progress = { phase: `reading ${name} examples`, done: end, total: split.exampleCount };
    options.onProgress({ ...progress, unit: 'examples' });
    await options.pace();
  }
  return { ...facts, recomputed: recompute(dataset, name, split, lengths) };
}

function count(tokens: Int32Array): number {
  return tokens.reduce(
    (total, token) => total + Number(token !== PADDING_TOKEN && token !== IGNORED_LABEL),
    0,
  );
}

/** Copies cannot be told from originals in the arrays, so numbers of originals are known only where there are none. */
function recompute(
  { card }: Dataset,
  name: SplitName,
  split: DatasetSplit,
  lengths: { input: number[]; output: number[] },
): RecomputedSplit {
  const hasCopies = name === 'train' && card?.build.kind === 'tokens' && card.build.dihedral;
  const found = {
    counts: { 'distinct puzzles': split.puzzleCount, 'examples without copies': split.exampleCount },
    distributions: {
      'input tokens': describeNumbers(lengths.input),
      'output tokens': describeNumbers(lengths.output),
    },
  };
  if (!hasCopies) return found;
  const names = [...Object.keys(found.counts), ...Object.keys(found.distributions)];
  const reason = 'copies cannot be told from originals in the arrays';
  return {
    counts: {},
    distributions: {},
    unknown: Object.fromEntries(names.map((each) => [each, reason])),
  };
}
