// Makes mazes that are new to a dataset: their wall layout, however turned or mirrored, is in neither of its splits.

import { type MazeBuild, mazeBuildSchema } from '../../common/config/dataset-maze.ts';
import { UserError } from '../../common/errors.ts';
import type { MazeShape } from '../../common/puzzles/maze/cells.ts';
import { createLayoutKey } from '../../common/puzzles/maze/layout.ts';
import { withoutPath } from '../../common/puzzles/maze/text.ts';
import { createRandom } from '../../common/random.ts';
import { createMazeSource } from '../dataset/build-maze.ts';
import { splitNames } from '../dataset/layout.ts';
import type { Dataset } from '../dataset/open.ts';
import { createPacer, type Pacer } from '../dataset/pacer.ts';
import type { GenerationRequest } from './domains.ts';

/** `count` different mazes in tokens; the same seed gives the same. */
export async function generateFreshMazes(
  shape: MazeShape,
  dataset: Dataset,
  { count, seed, context }: GenerationRequest,
): Promise<Int32Array[]> {
  const pace = createPacer(context.signal);
  const known = await readLayouts(dataset, shape, pace);
  const drawMaze = createMazeSource(limitsOf(dataset, shape), known, pace);
  const mazes: Int32Array[] = [];
  while (mazes.length < count) {
    context.progress('generating mazes', mazes.length, count, 'mazes');
    const { answer } = await drawMaze(createRandom(seed, 'fresh maze', mazes.length));
    mazes.push(Int32Array.from(withoutPath(answer)));
  }
  context.progress('generating mazes', count, count, 'mazes');
  return mazes;
}

/** As the dataset's own mazes were made; imported ones tell how short their paths may be. */
function limitsOf({ card, folder }: Dataset, shape: MazeShape): MazeBuild {
  if (card?.build.kind === 'maze') return card.build;
  const lengths = card?.splits.test.distributions['cells of the shortest path'];
  const parsed = mazeBuildSchema.safeParse({
    kind: 'maze',
    ...shape,
    trainPuzzles: 1,
    testPuzzles: 1,
    minimumPathLength: lengths?.minimum ?? 0,
  });
  if (parsed.success) return parsed.data;
  throw new UserError({
    what: 'Mazes of this size cannot be made here',
    where: folder,
    found: `${shape.rows}×${shape.columns} cells`,
    expected: 'from 3×3 up to 64 rows and 32 columns',
    remedy: 'leave out --generate: test mazes of the dataset are then drawn',
  });
}

async function readLayouts(dataset: Dataset, shape: MazeShape, pace: Pacer): Promise<Set<string>> {
  const keyOf = createLayoutKey(shape);
  const cells = new Int32Array(shape.rows * shape.columns);
  const keys = new Set<string>();
  for (const name of splitNames) {
    const split = dataset.split(name);
    for (let group = 0; group < split.groupCount; group++) {
      const first = split.puzzleIndices[split.groupIndices[group] ?? 0] ?? 0;
      split.copyInputs(first, cells, 0);
      keys.add(keyOf(Uint8Array.from(cells)));
      await pace();
    }
  }
  return keys;
}
