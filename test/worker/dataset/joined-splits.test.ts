// Several splits as one: every example, puzzle and group is where it was, one split after the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ExampleSource, joinSplits, shiftIdentifiers } from '../../../worker/dataset/joined-splits.ts';
import { createBatchStream } from '../../../worker/train/batches.ts';

/** Groups of puzzles of examples; token and label of an example are its number after `first`, and that plus 1000. */
function sourceOf(groups: number[][], identifiers: number[], first: number): ExampleSource {
  const sizes = groups.flat();
  const sums = (numbers: number[]) => {
    let sum = 0;
    return Int32Array.from([0, ...numbers.map((number) => (sum += number))]);
  };
  const puzzleIndices = sums(sizes);
  return {
    exampleCount: puzzleIndices.at(-1) ?? 0,
    groupCount: groups.length,
    puzzleIdentifiers: Int32Array.from(sizes, (_, puzzle) => identifiers[puzzle % identifiers.length] ?? 0),
    puzzleIndices,
    groupIndices: sums(groups.map(({ length }) => length)),
    copyInputs: (example, target, offset) => void target.fill(first + example, offset, offset + 1),
    copyLabels: (example, target, offset) => void target.fill(first + example + 1000, offset, offset + 1),
  };
}

/** What each example is, by group and puzzle. */
function listExamples(source: ExampleSource) {
  const cell = new Int32Array(1);
  const read = (copy: ExampleSource['copyInputs'], example: number) => {
    copy(example, cell, 0);
    return cell[0];
  };
  return Array.from({ length: source.exampleCount }, (_, example) => {
    const puzzle = source.puzzleIndices.findLastIndex((boundary) => boundary <= example);
    const group = source.groupIndices.findLastIndex((boundary) => boundary <= puzzle);
    const identifier = source.puzzleIdentifiers[puzzle];
    return {
      input: read(source.copyInputs, example),
      label: read(source.copyLabels, example),
      identifier,
      puzzle,
      group,
    };
  });
}

const splits = fc.array(
  fc.record({
    groups: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 4,
    }),
    identifiers: fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 4 },
);

test('the joined split holds the examples of all, in order, each in its own puzzle and group', () => {
  fc.assert(
    fc.property(splits, (parts) => {
      const sources = parts.map(({ groups, identifiers }, index) =>
        sourceOf(groups, identifiers, index * 100),
      );
      let [puzzles, groups] = [0, 0];
      const expected = sources.flatMap((source) => {
        const own = listExamples(source).map((example) => ({
          ...example,
          puzzle: example.puzzle + puzzles,
          group: example.group + groups,
        }));
        puzzles += source.puzzleIdentifiers.length;
        groups += source.groupCount;
        return own;
      });
      const joined = joinSplits(sources);
      assert.deepEqual(listExamples(joined), expected);
      assert.equal(joined.groupCount, groups);
    }),
  );
});

test('identifiers move by the offset, the blank one stays', () => {
  const source = sourceOf([[1], [1], [1]], [0, 3, 1], 0);
  assert.deepEqual([...shiftIdentifiers(source, 10).puzzleIdentifiers], [0, 13, 11]);
  assert.deepEqual([...source.puzzleIdentifiers], [0, 3, 1]);
});

test('an epoch visits every group of every split once', () => {
  const joined = joinSplits([sourceOf([[1], [1], [1]], [0], 0), sourceOf([[1], [1]], [0], 100)]);
  const stream = createBatchStream(joined, 1, 5, 7, { epoch: 0, position: 0 });
  for (const step of [1, 2, 3]) {
    assert.deepEqual(
      [...stream.next(step).inputs].toSorted((a, b) => a - b),
      [0, 1, 2, 100, 101],
    );
  }
});
