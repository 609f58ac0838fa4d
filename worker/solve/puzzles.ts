// How puzzles are drawn from a dataset's test split.

import { createRandom } from '../../common/random.ts';
import type { TokenPuzzles } from '../../common/solving/puzzles.ts';
import type { Dataset } from '../dataset/open.ts';

/** `count` puzzles of the test split (all, if there are fewer), drawn with the seed, in the split's order. */
export function chooseTestPuzzles(dataset: Dataset, count: number, seed: number): TokenPuzzles {
  return choosePuzzles(dataset, 'test', count, seed);
}

/** The same of either split. */
export function choosePuzzles(
  dataset: Dataset,
  split: 'train' | 'test',
  count: number,
  seed: number,
): TokenPuzzles {
  const order = createRandom(seed, 'test puzzles').permutation(dataset.split(split).exampleCount);
  return readPuzzles(dataset, split, order.slice(0, count).sort());
}

/** These examples of the test split. */
export function readTestPuzzles(dataset: Dataset, examples: Uint32Array): TokenPuzzles {
  return readPuzzles(dataset, 'test', examples);
}

function readPuzzles(dataset: Dataset, name: 'train' | 'test', examples: Uint32Array): TokenPuzzles {
  const split = dataset.split(name);
  const cells = dataset.metadata.sequenceLength;
  const inputs = new Int32Array(examples.length * cells);
  const identifiers = new Int32Array(examples.length);
  const labels = new Int32Array(examples.length * cells);
  for (const [row, example] of examples.entries()) {
    split.copyInputs(example, inputs, row * cells);
    split.copyLabels(example, labels, row * cells);
    identifiers[row] = split.puzzleIdentifiers[puzzleOf(split.puzzleIndices, example)] as number;
  }
  return { count: examples.length, inputs, identifiers, labels };
}

/** The puzzle that an example belongs to: the last that begins at or before it. */
function puzzleOf(puzzleIndices: Int32Array, example: number): number {
  let [low, high] = [0, puzzleIndices.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((puzzleIndices[middle] as number) <= example) low = middle;
    else high = middle;
  }
  return low;
}
