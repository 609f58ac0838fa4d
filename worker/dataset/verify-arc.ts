// Checks an ARC dataset anew: every example is one grid for one grid, every variant gives its task's pairs when its
// augmentation is undone, the tested tasks are those for the evaluator, and what leaks is found again.

import type { LeakageCheck } from '../../common/dataset-card.ts';
import { restoreGrid } from '../../common/puzzles/arc/augmentation.ts';
import { type ArcPair, pairKey } from '../../common/puzzles/arc/task.ts';
import { decodeGrid } from '../../common/puzzles/arc/tokens.ts';
import { describeArcSplit } from './arc-card.ts';
import { findArcLeakage } from './arc-leakage.ts';
import { type ArcPuzzles, readArcPuzzles } from './arc-puzzles.ts';
import type { SplitName } from './layout.ts';
import type { Dataset } from './open.ts';
import type { DatasetSplit } from './open-split.ts';
import { checkLeakageCard, checkSplitCard } from './verify-card.ts';
import type { VerifyOptions } from './verify-options.ts';
import { describeWrong, pickExamples } from './verify-sampling.ts';

/** A task as the arrays hold it: the pairs of its first puzzle, which is not augmented. */
interface FoundTask {
  id: string;
  pairs: ArcPair[];
}

interface SplitReader {
  name: SplitName;
  split: DatasetSplit;
  puzzles: ArcPuzzles;
  wrong: string[];
}

export async function verifyArc(dataset: Dataset, options: VerifyOptions): Promise<LeakageCheck[]> {
  const puzzles = readArcPuzzles(dataset);
  const train = await verifyVariants(dataset, 'train', puzzles, options);
  const test = await verifyVariants(dataset, 'test', puzzles, options);
  const { checks: leakage } = findArcLeakage(
    train.tasks.map(({ id, pairs }) => ({ id, pairs: pairs.map(pairKey) })),
    test.tasks.map(({ id, pairs }) => ({ id, testPairs: pairs.map(pairKey) })),
  );
  return [
    train.check,
    test.check,
    checkTestPuzzles(puzzles, train.tasks, test.tasks),
    ...leakage,
    ...compareCard(dataset, 'train', train.tasks),
    ...compareCard(dataset, 'test', test.tasks),
    ...checkLeakageCard(dataset, leakage),
  ];
}

async function verifyVariants(
  dataset: Dataset,
  name: SplitName,
  puzzles: ArcPuzzles,
  { sampleSize, pace, onProgress }: VerifyOptions,
): Promise<{ tasks: FoundTask[]; check: LeakageCheck }> {
  const split = dataset.split(name);
  const reader: SplitReader = { name, split, puzzles, wrong: [] };
  const chosen = new Set(pickExamples(split.puzzleCount, sampleSize, name));
  const tasks: FoundTask[] = [];
  let compared = 0;
  for (let group = 0; group < split.groupCount; group++) {
    const [first = 0, end = 0] = split.groupIndices.subarray(group, group + 2);
    const base = readVariant(reader, first);
    const wanted = base.pairs.map(pairKey).sort().join('');
    if (base.isAugmented) reader.wrong.push(`puzzle ${first}, the first of group ${group}, is augmented`);
    tasks.push({ id: base.task, pairs: base.pairs });
    for (let puzzle = first + 1; puzzle < end; puzzle++) {
      if (!chosen.has(puzzle)) continue;
      const { task, pairs } = readVariant(reader, puzzle);
      if (task !== base.task) reader.wrong.push(`puzzle ${puzzle} is of task ${task}, not ${base.task}`);
      else if (pairs.map(pairKey).sort().join('') !== wanted) {
        reader.wrong.push(`puzzle ${puzzle} does not give the pairs of task ${task}`);
      }
      compared++;
      await pace();
    }
    const done = { phase: `comparing variants of ${name} tasks`, done: group + 1, total: split.groupCount };
    onProgress({ ...done, unit: 'tasks' });
  }
  const check = {
    name: `Grids and variants, ${name} split`,
    result:
      `${tasks.length} tasks read, and ${compared} of ${split.puzzleCount - tasks.length} variants compared with ` +
      `their task after undoing the augmentation; ${describeWrong(reader.wrong)}.`,
    passed: reader.wrong.length === 0,
  };
  return { tasks, check };
}

/** The pairs of a puzzle as they were before augmentation; examples that are not grids are noted as wrong. */
function readVariant({ name, split, puzzles, wrong }: SplitReader, puzzle: number) {
  const { task, augmentation } = puzzles.variantOf(split.puzzleIdentifiers[puzzle] ?? 0);
  const [first = 0, end = 0] = split.puzzleIndices.subarray(puzzle, puzzle + 2);
  const tokens = new Int32Array(puzzles.side ** 2);
  const pairs: ArcPair[] = [];
  for (let example = first; example < end; example++) {
    split.copyInputs(example, tokens, 0);
    const input = decodeGrid(tokens, puzzles.side);
    split.copyLabels(example, tokens, 0);
    // Padding is what labels ignore.
    const output = decodeGrid(
      tokens.map((token) => Math.max(0, token)),
      puzzles.side,
    );
    if (input === undefined || output === undefined) {
      wrong.push(`example ${example} has no ${input === undefined ? 'input' : 'output'} grid`);
      continue;
    }
    const moved = name === 'test' && (input.top > 0 || input.left > 0);
    if (moved) wrong.push(`example ${example} does not begin in the first cell`);
    if (input.top !== output.top || input.left !== output.left) {
      wrong.push(`example ${example} has input and output at different places`);
    }
    pairs.push({ input: restoreGrid(input, augmentation), output: restoreGrid(output, augmentation) });
  }
  const isAugmented = augmentation.transform !== 0 || augmentation.colours.some((shown, c) => shown !== c);
  return { task, pairs, isAugmented };
}

/** Compares the tasks that the evaluator scores with the arrays: test pairs, and demonstrations in the same order. */
function checkTestPuzzles({ tasks }: ArcPuzzles, learned: FoundTask[], tested: FoundTask[]): LeakageCheck {
  const wrong: string[] = [];
  const keysOf = (pairs: readonly ArcPair[]) => pairs.map(pairKey).sort().join('');
  const demonstrations = new Set(learned.map(({ id, pairs }) => `${id}\n${keysOf(pairs)}`));
  for (const { id, pairs } of tested) {
    const task = tasks.get(id);
    if (task === undefined) wrong.push(`task ${id} is not in test_puzzles.json`);
    else if (keysOf(task.test) !== keysOf(pairs)) wrong.push(`task ${id} has other test pairs`);
    else if (!demonstrations.has(`${id}\n${keysOf(task.train)}`))
      wrong.push(`task ${id} has other demonstrations`);
  }
  const ids = new Set(tested.map(({ id }) => id));
  for (const id of tasks.keys()) if (!ids.has(id)) wrong.push(`task ${id} is not in the test split`);
  return {
    name: 'Tasks for the evaluator',
    result: `${tasks.size} tasks of test_puzzles.json compared with the arrays; ${describeWrong(wrong)}.`,
    passed: wrong.length === 0,
  };
}

function compareCard(dataset: Dataset, name: SplitName, tasks: readonly FoundTask[]): LeakageCheck[] {
  const { exampleCount, puzzleCount } = dataset.split(name);
  const { counts, distributions } = describeArcSplit(
    tasks.map(({ pairs }) => pairs),
    exampleCount,
    puzzleCount,
  );
  return checkSplitCard(dataset, name, { counts, distributions });
}
