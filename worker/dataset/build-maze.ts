// Generates a dataset of mazes. No two mazes of it, of one split or of both, have the same walls up to symmetry.

import { type MazeBuild, pathLengthOf } from '../../common/config/dataset-maze.ts';
import { UserError } from '../../common/errors.ts';
import { createMazeGenerator } from '../../common/puzzles/maze/generate.ts';
import { createLayoutKey } from '../../common/puzzles/maze/layout.ts';
import { createMazeSolver } from '../../common/puzzles/maze/solver.ts';
import { createRandom, type Random } from '../../common/random.ts';
import type { BuildContext, BuildOutcome } from './builder.ts';
import type { SplitName } from './layout.ts';
import { describeGeneratedMazes } from './maze-card.ts';
import { type MazePuzzle, writeMazeSplit } from './maze-split.ts';
import { createPacer, type Pacer } from './pacer.ts';

/** Random grids for one maze before its limits are called impossible; Maze-Hard needs about 5,000. */
const mostTries = 1_000_000;
/** Grids between two turns of the event loop. */
const triesAtOnce = 1000;

export async function buildMaze({
  build,
  folder,
  signal,
  onProgress,
}: BuildContext<MazeBuild>): Promise<BuildOutcome> {
  const pace = createPacer(signal);
  const drawMaze = createMazeSource(build, new Set(), pace);
  const total = build.testPuzzles + build.trainPuzzles;
  let done = 0;
  async function* drawMazes(split: SplitName): AsyncGenerator<MazePuzzle> {
    const count = split === 'train' ? build.trainPuzzles : build.testPuzzles;
    for (let index = 0; index < count; index++) {
      yield await drawMaze(createRandom(build.seed, split, index));
      onProgress({ phase: 'generating mazes', done: ++done, total, unit: 'mazes' });
    }
  }
  const write = (split: SplitName) => {
    const dihedral = build.dihedral && split === 'train';
    return writeMazeSplit({ folder, split, shape: build, dihedral, pace }, drawMazes(split));
  };
  const test = await write('test');
  const train = await write('train');
  return { draft: describeGeneratedMazes(build, { train, test }) };
}

/**
 * Draws mazes within the limits whose layouts are not among `knownLayouts`; each one that it draws is added to them.
 * The promise rejects with a UserError when random grids give no more such mazes.
 */
export function createMazeSource(
  build: MazeBuild,
  knownLayouts: Set<string>,
  pace: Pacer,
): (random: Random) => Promise<MazePuzzle> {
  const generate = createMazeGenerator(build, { ...build, minimumPathLength: pathLengthOf(build) });
  const solve = createMazeSolver(build);
  const keyOf = createLayoutKey(build);
  return async (random) => {
    let repeated = 0;
    for (let tries = 0; tries < mostTries; tries += triesAtOnce) {
      await pace();
      const maze = generate(random, triesAtOnce);
      if (maze === undefined) continue;
      const layoutKey = keyOf(maze);
      const solution = solve(maze);
      if (solution === undefined) throw new Error('a generated maze has no way from start to goal');
      if (!knownLayouts.has(layoutKey)) {
        knownLayouts.add(layoutKey);
        return { ...solution, layoutKey, isFirstPath: true };
      }
      repeated++;
    }
    throw tooFewMazes(build, knownLayouts.size, repeated);
  };
}

function tooFewMazes(build: MazeBuild, known: number, repeated: number): UserError {
  const length = pathLengthOf(build);
  const tries = mostTries.toLocaleString('en');
  return new UserError({
    what: `There are too few different ${build.rows}×${build.columns} mazes with a shortest path of at least ${length} cells`,
    where: 'dataset.build.minimumPathLength',
    found:
      repeated > 0
        ? `in ${tries} random grids only layouts that are among the ${known} known ones`
        : `none in ${tries} random grids, after ${known} mazes`,
    expected: `limits that random mazes meet; the usual length for this size is ${usualOf(build)} cells`,
    remedy: 'lower minimumPathLength, ask for fewer mazes or widen the wall shares',
  });
}

function usualOf(build: MazeBuild): number {
  return pathLengthOf({ ...build, minimumPathLength: 0 });
}
