import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { datasetBuildSchema } from '../../../common/config/dataset.ts';
import { path } from '../../../common/puzzles/maze/cells.ts';
import { proportion } from '../../../common/statistics.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { judgeOf } from '../../../worker/evaluate/judge.ts';
import { drawMaze } from '../../common/puzzles/maze/samples.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

test('counts any shortest path and any valid path, afresh for each evaluation', async (context) => {
  const folder = join(temporaryFolder(context), 'data');
  const settings = {
    kind: 'maze',
    rows: 3,
    columns: 4,
    trainPuzzles: 2,
    testPuzzles: 2,
    minimumPathLength: 4,
  };
  await buildDataset({ build: datasetBuildSchema.parse(settings), name: 'data', folder });
  const dataset = openDataset(folder);
  context.after(() => dataset.close());
  const createJudge = judgeOf(dataset, dataset.split('test'));
  assert.ok(createJudge !== null);

  const maze = drawMaze('S   ', '  # ', '   G').cells;
  const label = drawMaze('S   ', 'o # ', 'oooG').cells;
  const answers = [
    label,
    drawMaze('Sooo', '  #o', '   G').cells,
    drawMaze('So  ', 'oo# ', 'oooG').cells,
    drawMaze('So  ', '  # ', '   G').cells,
    maze.map(() => path),
  ];
  const judge = createJudge();
  for (const [example, answer] of answers.entries()) {
    const tokens = { inputs: Int32Array.from(maze), labels: Int32Array.from(label) };
    judge.note({ example, puzzleIdentifier: 0, ...tokens, answer: Int32Array.from(answer), haltLogit: 0 });
  }
  assert.deepEqual(judge.finish(), {
    'any shortest path': proportion(2, 5),
    'any valid path': proportion(3, 5),
  });
  assert.deepEqual(createJudge().finish(), {
    'any shortest path': proportion(0, 0),
    'any valid path': proportion(0, 0),
  });
});
