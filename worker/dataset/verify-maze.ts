// Checks a dataset of mazes anew: every maze can be solved and its label is a shortest path; augmentations are turned or
// mirrored copies; no wall layout is twice; and the card's numbers are those of the arrays.

import type { LeakageCheck } from '../../common/dataset-card.ts';
import { dihedralSource } from '../../common/puzzles/dihedral.ts';
import type { MazeShape } from '../../common/puzzles/maze/cells.ts';
import { createAnswerChecker, createMazeCheck } from '../../common/puzzles/maze/check.ts';
import { createLayoutKey, shapeTransforms } from '../../common/puzzles/maze/layout.ts';
import { createMazeSolver } from '../../common/puzzles/maze/solver.ts';
import { type SplitName, splitNames } from './layout.ts';
import { checkMazeLeakage } from './maze-card.ts';
import { MazeFacts, type WrittenMazes } from './maze-split.ts';
import type { Dataset } from './open.ts';
import type { DatasetSplit } from './open-split.ts';
import { checkLeakageCard, checkSplitCard } from './verify-card.ts';
import type { VerifyOptions } from './verify-options.ts';
import { describeWrong, pickExamples } from './verify-sampling.ts';

interface MazeSplit {
  name: SplitName;
  shape: MazeShape;
  split: DatasetSplit;
  options: VerifyOptions;
}

export async function verifyMaze(dataset: Dataset, options: VerifyOptions): Promise<LeakageCheck[]> {
  const shape = shapeOf(dataset);
  const checks: LeakageCheck[] = [];
  const found: Partial<Record<SplitName, WrittenMazes>> = {};
  for (const name of splitNames) {
    const split = { name, shape, split: dataset.split(name), options };
    const compared = await compareGroups(split);
    found[name] = compared.written;
    checks.push(await checkAnswers(split), compared.check);
    const { counts, distributions } = compared.written.card;
    const unknown = { 'rating in the file': 'it stands in the imported file only' };
    checks.push(...checkSplitCard(dataset, name, { counts, distributions, unknown }));
  }
  const { train, test } = found;
  if (train === undefined || test === undefined) return checks;
  const leakage = checkMazeLeakage({ train, test });
  return [...checks, ...leakage, ...checkLeakageCard(dataset, leakage)];
}

/** The card's shape; without a card mazes are square, as the reference's are. */
function shapeOf({ card, metadata }: Dataset): MazeShape {
  const side = Math.round(Math.sqrt(metadata.sequenceLength));
  const { gridRows, gridColumns } = card?.vocabulary ?? { gridRows: side, gridColumns: side };
  return { rows: gridRows, columns: gridColumns };
}

async function checkAnswers({ name, shape, split, options }: MazeSplit): Promise<LeakageCheck> {
  const findFault = createMazeCheck(shape);
  const check = createAnswerChecker(shape);
  const examples = pickExamples(split.exampleCount, options.sampleSize, name);
  const wrong: string[] = [];
  for (const [index, example] of examples.entries()) {
    const { maze, answer } = readExample(split, example, shape);
    const fault = findFault(maze);
    if (fault !== undefined) wrong.push(`example ${example}: ${fault}`);
    else {
      const verdict = check(maze, answer);
      if (!verdict.shortest) wrong.push(`example ${example}: ${verdict.reason}`);
    }
    const progress = { phase: `checking ${name} paths`, done: index + 1, total: examples.length };
    options.onProgress({ ...progress, unit: 'mazes' });
    await options.pace();
  }
  return {
    name: `Shortest paths, ${name} split`,
    result: `The labels of ${examples.length} of ${split.exampleCount} examples were checked; ${describeWrong(wrong)}.`,
    passed: wrong.length === 0,
  };
}

/** Compares the copies in each group with the first example, the original, and gathers what the originals are. */
async function compareGroups({ name, shape, split, options }: MazeSplit) {
  const isCopy = createCopyTest(shape);
  const solve = createMazeSolver(shape);
  const keyOf = createLayoutKey(shape);
  const facts = new MazeFacts();
  const wrong: string[] = [];
  for (let group = 0; group < split.groupCount; group++) {
    const [first = 0, end = 0] = examplesOfGroup(split, group);
    const original = readExample(split, first, shape);
    const solution = solve(original.maze) ?? { answer: original.maze, steps: 0, shortestPaths: 0 };
    facts.add({
      ...solution,
      layoutKey: keyOf(original.maze),
      isFirstPath: isEqual(solution.answer, original.answer),
    });
    for (let copy = first + 1; copy < end; copy++) {
      if (!isCopy(original, readExample(split, copy, shape))) {
        wrong.push(`example ${copy} is no copy of example ${first}`);
      }
    }
    const progress = { phase: `comparing ${name} mazes`, done: group + 1, total: split.groupCount };
    options.onProgress({ ...progress, unit: 'groups' });
    await options.pace();
  }
  const copyCount = split.exampleCount - split.groupCount;
  const check = {
    name: `Augmentations, ${name} split`,
    result:
      `${copyCount} copies were compared with the original of their group: turned or mirrored, maze and label alike; ` +
      `${describeWrong(wrong)}.`,
    passed: wrong.length === 0,
  };
  return { check, written: facts.describe(split.exampleCount, split.groupCount) };
}

interface MazeExample {
  maze: Uint8Array;
  answer: Uint8Array;
}

function createCopyTest(shape: MazeShape): (original: MazeExample, copy: MazeExample) => boolean {
  const sources = shapeTransforms(shape).map(
    (transform) => dihedralSource(shape.rows, shape.columns, transform).source,
  );
  return (original, copy) =>
    sources.some(
      (source) =>
        copy.maze.every((value, cell) => value === original.maze[source[cell]!]) &&
        copy.answer.every((value, cell) => value === original.answer[source[cell]!]),
    );
}

function examplesOfGroup(split: DatasetSplit, group: number): (number | undefined)[] {
  return [...split.groupIndices.subarray(group, group + 2)].map((puzzle) => split.puzzleIndices[puzzle]);
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((value, cell) => value === other[cell]);
}

/** Cells of an example; labels that count for nothing become 0, which no maze has. */
function readExample(split: DatasetSplit, example: number, { rows, columns }: MazeShape): MazeExample {
  const tokens = new Int32Array(rows * columns);
  split.copyInputs(example, tokens, 0);
  const maze = Uint8Array.from(tokens);
  split.copyLabels(example, tokens, 0);
  return { maze, answer: Uint8Array.from(tokens, (token) => Math.max(0, token)) };
}
