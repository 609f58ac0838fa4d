// The data order: every group once an epoch, the same again from the same seed, and the same from the middle on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Batch,
  type BatchSource,
  createBatchStream,
  explorationSteps,
} from '../../../worker/train/batches.ts';

/** Groups of puzzles of examples; input token and label of an example are its number and that plus 1000. */
function sourceOf(groups: number[][]): BatchSource {
  const puzzles = groups.flat();
  const running = (sizes: number[]) =>
    Int32Array.from([0, ...sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0))]);
  const puzzleIndices = running(puzzles);
  return {
    exampleCount: puzzleIndices.at(-1) as number,
    groupCount: groups.length,
    puzzleIdentifiers: Int32Array.from(puzzles, (_, puzzle) => puzzle + 500),
    puzzleIndices,
    groupIndices: running(groups.map((group) => group.length)),
    copyInputs: (example, target, offset) => void target.fill(example, offset, offset + 1),
    copyLabels: (example, target, offset) => void target.fill(example + 1000, offset, offset + 1),
  };
}

const groupsArbitrary = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 8,
});

function groupOf(source: BatchSource, example: number): number {
  const puzzle = source.puzzleIndices.findLastIndex((first) => first <= example);
  return source.groupIndices.findLastIndex((first) => first <= puzzle);
}

test('single-example groups are each seen once an epoch', () => {
  const source = sourceOf(Array.from({ length: 12 }, () => [1]));
  const stream = createBatchStream(source, 1, 4, 3, { epoch: 0, position: 0 });
  const epochs = [0, 1].map((epoch) =>
    [1, 2, 3].flatMap((step) => [...stream.next(epoch * 3 + step).inputs]),
  );
  const all = Array.from({ length: 12 }, (_, index) => index);
  for (const epoch of epochs)
    assert.deepEqual(
      epoch.toSorted((a, b) => a - b),
      all,
    );
  assert.notDeepEqual(epochs[0], epochs[1]);
});

test('rows hold their own labels and identifiers, and a puzzle fills consecutive rows without repeats', () => {
  fc.assert(
    fc.property(groupsArbitrary, fc.integer({ min: 1, max: 10 }), fc.nat(100), (groups, batchSize, seed) => {
      const source = sourceOf(groups);
      const stream = createBatchStream(source, 1, batchSize, seed, { epoch: 0, position: 0 });
      for (let step = 1; step <= 4; step++) {
        const { inputs, labels, puzzleIdentifiers } = stream.next(step);
        assert.deepEqual(
          labels,
          inputs.map((example) => example + 1000),
        );
        const puzzles = inputs.map((example) =>
          source.puzzleIndices.findLastIndex((first) => first <= example),
        );
        assert.deepEqual(
          puzzleIdentifiers,
          puzzles.map((puzzle) => puzzle + 500),
        );
        const groupsSeen = Array.from(inputs, (example) => groupOf(source, example));
        assert.ok(groupsSeen.every((group) => group >= 0 && group < groups.length));
      }
    }),
  );
});

test('a stream taken up in the middle gives the same batches as one that never stopped', () => {
  fc.assert(
    fc.property(
      groupsArbitrary,
      fc.integer({ min: 1, max: 6 }),
      fc.nat(9),
      fc.nat(9),
      (groups, batchSize, seed, stop) => {
        const source = sourceOf(groups);
        const whole = createBatchStream(source, 1, batchSize, seed, { epoch: 0, position: 0 });
        const first = createBatchStream(source, 1, batchSize, seed, { epoch: 0, position: 0 });
        for (let step = 1; step <= stop; step++) assert.deepEqual(first.next(step), whole.next(step));
        const second = createBatchStream(source, 1, batchSize, seed, first.cursor());
        const rest = (stream: typeof whole): Batch[] => [1, 2, 3, 4].map((step) => stream.next(stop + step));
        assert.deepEqual(rest(second), rest(whole));
      },
    ),
  );
});

test('explorationSteps holds back the given share for 2 to the maximum steps', () => {
  const steps = explorationSteps(0, 1, 20_000, 0.1, 8);
  const held = steps.filter((step) => step > 0);
  assert.ok(Math.abs(held.length / 20_000 - 0.1) < 0.01);
  assert.deepEqual([...new Set(held)].toSorted(), [2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(explorationSteps(0, 1, 20_000, 0.1, 8), steps);
  assert.deepEqual(explorationSteps(0, 5, 4, 0, 8), new Int32Array(4));
  assert.deepEqual(explorationSteps(0, 5, 4, 1, 1), new Int32Array(4));
});
