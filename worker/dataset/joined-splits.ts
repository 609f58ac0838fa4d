// Splits of several datasets as one, so that nothing else needs to know that there are several.

import type { DatasetSplit } from './open-split.ts';

/** What reading examples takes of a split. */
export type ExampleSource = Omit<DatasetSplit, 'puzzleCount' | 'close'>;

/**
 * The split with other puzzle identifiers: `offset` is added to all but the blank one (0), which stands for puzzles
 * without identity in every dataset.
 */
export function shiftIdentifiers<Split extends ExampleSource>(split: Split, offset: number): Split {
  if (offset === 0) return split;
  const shifted = split.puzzleIdentifiers.map((identifier) => (identifier === 0 ? 0 : identifier + offset));
  return { ...split, puzzleIdentifiers: shifted };
}

/** The splits one after the other: examples, puzzles and groups keep their order. */
export function joinSplits(splits: readonly ExampleSource[]): ExampleSource {
  const [only] = splits;
  if (only !== undefined && splits.length === 1) return only;
  const firstExamples: number[] = [];
  let exampleCount = 0;
  for (const split of splits) {
    firstExamples.push(exampleCount);
    exampleCount += split.exampleCount;
  }
  const copy = (array: 'copyInputs' | 'copyLabels'): ExampleSource['copyInputs'] => {
    return (example, target, offset) => {
      const index = firstExamples.findLastIndex((first) => first <= example);
      splits[index]?.[array](example - (firstExamples[index] ?? 0), target, offset);
    };
  };
  return {
    exampleCount,
    groupCount: splits.reduce((total, { groupCount }) => total + groupCount, 0),
    puzzleIdentifiers: concatenate(splits.map(({ puzzleIdentifiers }) => puzzleIdentifiers)),
    puzzleIndices: joinIndices(splits.map(({ puzzleIndices }) => puzzleIndices)),
    groupIndices: joinIndices(splits.map(({ groupIndices }) => groupIndices)),
    copyInputs: copy('copyInputs'),
    copyLabels: copy('copyLabels'),
  };
}

/** Boundaries that begin with 0: each list goes on where the one before it ended. */
function joinIndices(lists: readonly Int32Array[]): Int32Array {
  let end = 0;
  const shifted = lists.map((list, index) => {
    const moved = list.map((boundary) => boundary + end);
    end = moved.at(-1) ?? end;
    return index === 0 ? moved : moved.subarray(1);
  });
  return concatenate(shifted);
}

function concatenate(lists: readonly Int32Array[]): Int32Array {
  const joined = new Int32Array(lists.reduce((total, { length }) => total + length, 0));
  let length = 0;
  for (const list of lists) {
    joined.set(list, length);
    length += list.length;
  }
  return joined;
}
