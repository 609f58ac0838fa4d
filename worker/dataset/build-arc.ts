// Builds an ARC dataset as the reference implementation does: tasks with their augmentations, each with a puzzle
// identifier of its own; the demonstrations of tested tasks are learned, their test pairs are not.

import { join } from 'node:path';
import type { ArcBuild } from '../../common/config/dataset-arc.ts';
import type { FileDigest } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { augmentedName } from '../../common/puzzles/arc/augmentation.ts';
import { gridToRows } from '../../common/puzzles/arc/grid.ts';
import { type ArcPair, pairKey, sideOf } from '../../common/puzzles/arc/task.ts';
import { createRandom } from '../../common/random.ts';
import { writeFileDurably } from '../files.ts';
import { type Augmentations, augmentationAt, drawAugmentations } from './arc-augment.ts';
import { describeArc, describeArcSplit, type SubsetFacts } from './arc-card.ts';
import { findArcLeakage, listExamples } from './arc-leakage.ts';
import { readSubset, type SourceTask } from './arc-source.ts';
import { type ArcGroup, writeArcSplit } from './arc-split.ts';
import type { BuildContext, BuildOutcome } from './builder.ts';
import { type SplitName, testPuzzlesFileName } from './layout.ts';
import { createPacer, type Pacer } from './pacer.ts';

/** A task with its variants. */
interface PlannedTask {
  task: SourceTask;
  augmentations: Augmentations;
  identifiers: Int32Array;
  tested: boolean;
}

export async function buildArc(context: BuildContext<ArcBuild>): Promise<BuildOutcome> {
  const { build, folder, signal, onWarning } = context;
  const pace = createPacer(signal);
  const { tasks, facts, files } = readTasks(context);
  const leakage = findLeakage(tasks, build);
  if (leakage.leakingTasks.length > 0) onWarning(describeLeaking(leakage.leakingTasks, build));
  const { planned, names } = await planTasks(context, tasks, pace);

  const total = planned.length + planned.filter(({ tested }) => tested).length;
  let done = 0;
  const onGroup = () => context.onProgress({ phase: 'writing tasks', done: ++done, total, unit: 'tasks' });
  const digests: FileDigest[] = [];
  const write = async (split: SplitName) => {
    const groups = groupsOf(split, planned);
    const options = { folder, split, side: build.gridSide, seed: build.seed, pace, onGroup };
    const written = await writeArcSplit(groups, { ...options, identifierCount: names.length });
    digests.push(...written.digests);
    const variants = groups.reduce((sum, { identifiers }) => sum + identifiers.length, 0);
    return describeArcSplit(
      groups.map(({ pairs }) => pairs),
      written.examples,
      variants,
    );
  };
  const splits = { train: await write('train'), test: await write('test') };
  await writeTestPuzzles(join(folder, testPuzzlesFileName), planned);
  const fewerVariants = planned.filter((each) => each.augmentations.count < build.augmentations).length;
  return {
    draft: describeArc(build, { subsets: facts, splits, leakage, fewerVariants }),
    identifiers: names,
    sourceFiles: files,
    digests,
  };
}

function readTasks({ build, onWarning }: BuildContext<ArcBuild>) {
  const read = build.subsets.map((subset) => ({ subset, ...readSubset(build.folder, subset) }));
  const facts: SubsetFacts[] = [];
  const tasks = read.flatMap(({ subset, tasks }) => {
    const fitting = tasks.filter((task) => sideOf(task) <= build.gridSide);
    facts.push({ subset, tasks: tasks.length, leftOut: tasks.length - fitting.length });
    return fitting;
  });
  const leftOut = facts.reduce((sum, each) => sum + each.leftOut, 0);
  if (!tasks.some(({ subset }) => subset === build.testSubset)) throw nothingFits(build, facts);
  if (leftOut > 0) {
    const all = tasks.length + leftOut;
    onWarning(
      `Left out since a grid has more than ${build.gridSide} rows or columns: ${leftOut} of ${all} tasks`,
    );
  }
  return { tasks, facts, files: read.flatMap(({ files }) => files) };
}

function findLeakage(tasks: readonly SourceTask[], build: ArcBuild) {
  const tested = tasks.filter(({ subset }) => subset === build.testSubset);
  return findArcLeakage(
    tasks.map((task) => ({ id: task.id, pairs: learnedPairs(task, build.testSubset).map(pairKey) })),
    tested.map(({ id, test }) => ({ id, testPairs: test.map(pairKey) })),
  );
}

function learnedPairs({ subset, train, test }: SourceTask, testSubset: string): ArcPair[] {
  return subset === testSubset ? train : [...train, ...test];
}

function describeLeaking(leaking: string[], { testSubset, subsets }: ArcBuild): string {
  const others = subsets.filter((subset) => subset !== testSubset).join(', ');
  return (
    `Tasks of the test subset ${testSubset} that are also in ${others}, where their answers are learned: ` +
    `${leaking.length}${listExamples(leaking)}. Scores on ${testSubset} will be too high`
  );
}

/** Draws the variants of every task and gives each a number; number 0 is the blank identifier. */
async function planTasks({ build, onProgress }: BuildContext<ArcBuild>, tasks: SourceTask[], pace: Pacer) {
  const names = ['<blank>'];
  const numbersOfRepeated = new Map<string, Map<string, number>>();
  for (const [id, same] of Map.groupBy(tasks, (task) => task.id)) {
    if (same.length > 1) numbersOfRepeated.set(id, new Map());
  }
  const planned: PlannedTask[] = [];
  for (const [index, task] of tasks.entries()) {
    const random = createRandom(build.seed, 'augmentation', task.subset, task.id);
    const augmentations = drawAugmentations([...task.train, ...task.test], build.augmentations, random);
    // As in the reference, the same name in two subsets is the same identifier.
    const known = numbersOfRepeated.get(task.id);
    const identifiers = Int32Array.from({ length: augmentations.count + 1 }, (_, variant) => {
      const name =
        variant === 0 ? task.id : augmentedName(task.id, augmentationAt(augmentations, variant - 1));
      const number = known?.get(name) ?? names.length;
      if (number === names.length) names.push(name);
      known?.set(name, number);
      return number;
    });
    planned.push({ task, augmentations, identifiers, tested: task.subset === build.testSubset });
    onProgress({ phase: 'drawing variants', done: index + 1, total: tasks.length, unit: 'tasks' });
    await pace();
  }
  return { planned, names };
}

function groupsOf(split: SplitName, planned: readonly PlannedTask[]): ArcGroup[] {
  return planned.flatMap(({ task, augmentations, identifiers, tested }) => {
    if (split === 'test') return tested ? [{ pairs: task.test, augmentations, identifiers }] : [];
    return [{ pairs: tested ? task.train : [...task.train, ...task.test], augmentations, identifiers }];
  });
}

/** The tested tasks as they were, for the evaluator, in the layout that the reference writes. */
async function writeTestPuzzles(path: string, planned: readonly PlannedTask[]): Promise<void> {
  const toRows = (pairs: ArcPair[]) =>
    pairs.map(({ input, output }) => ({ input: gridToRows(input), output: gridToRows(output) }));
  const puzzles = planned
    .filter(({ tested }) => tested)
    .map(({ task }) => [task.id, { train: toRows(task.train), test: toRows(task.test) }] as const);
  await writeFileDurably(path, `${JSON.stringify(Object.fromEntries(puzzles))}\n`);
}

function nothingFits(build: ArcBuild, facts: SubsetFacts[]): UserError {
  const tested = facts.find(({ subset }) => subset === build.testSubset);
  return new UserError({
    what: `No task of the test subset ${build.testSubset} fits on the frame`,
    where: 'dataset.build.gridSide',
    found: `${build.gridSide}, while each of the ${tested?.tasks ?? 0} tasks has a longer grid`,
    expected: 'a side that fits at least one tested task',
    remedy: 'raise gridSide; 30 fits every task',
  });
}
