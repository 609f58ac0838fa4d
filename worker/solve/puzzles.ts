// Puzzles as tokens, and how they are drawn from a dataset's test split.

import { createRandom } from '../../common/random.ts';
import type { Dataset } from '../dataset/open.ts';

export interface TokenPuzzles {
  count: number;
  /** [count, cells] */
  inputs: Int32Array;
  /** [count], rows of the puzzle-embedding table. */
  identifiers: Int32Array;
  /** [count, cells], the known answers; absent where they are not known. */
  labels?: Int32Array | undefined;
}

/** Puzzles given one by one, all with the blank identifier. */
export function joinPuzzles(puzzles: Int32Array[]): TokenPuzzles {
  const inputs = Int32Array.from(puzzles.flatMap((tokens) => Array.from(tokens)));
  return { count: puzzles.length, inputs, identifiers: new Int32Array(puzzles.length) };
}

/** At most `most` puzzles from `first` on. */
export function takePuzzles(
  { count, inputs, identifiers, labels }: TokenPuzzles,
  first: number,
  most: number,
): TokenPuzzles {
  const end = Math.min(first + most, count);
  const cells = inputs.length / count;
  return {
    count: end - first,
    inputs: inputs.slice(first * cells, end * cells),
    identifiers: identifiers.slice(first, end),
    labels: labels?.slice(first * cells, end * cells),
  };
}

/** `count` puzzles: those given, then the last of them again and again. */
export function repeatLast(puzzles: TokenPuzzles, count: number): TokenPuzzles {
  const cells = puzzles.inputs.length / puzzles.count;
  const inputs = new Int32Array(count * cells);
  const identifiers = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const {
      inputs: tokens,
      identifiers: [identifier = 0],
    } = takePuzzles(puzzles, Math.min(row, puzzles.count - 1), 1);
    inputs.set(tokens, row * cells);
    identifiers[row] = identifier;
  }
  return { count, inputs, identifiers };
}

/** `count` puzzles of the test split (all, if there are fewer), drawn with the seed, in the split's order. */
export function chooseTestPuzzles(dataset: Dataset, count: number, seed: number): TokenPuzzles {
  const order = createRandom(seed, 'test puzzles').permutation(dataset.split('test').exampleCount);
  return readTestPuzzles(dataset, order.slice(0, count).sort());
}

/** These examples of the test split. */
export function readTestPuzzles(dataset: Dataset, examples: Uint32Array): TokenPuzzles {
  const split = dataset.split('test');
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
