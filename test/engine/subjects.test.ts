// Which model a reference means: an export before a run, a checkpoint by every name it has.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTestEngine, runToEnd, trainToEnd } from './studio.ts';

test('a model is an export, a file or a checkpoint', async (t) => {
  const engine = await openTestEngine(t);
  const { runId } = await trainToEnd(engine, 12);
  await runToEnd(engine, () => engine.call('export.start', { checkpoint: `${runId}@5`, name: 'mine' }));
  const titleOf = async (model: string) => {
    const { job } = await runToEnd(engine, () =>
      engine.call('solve.start', { model, puzzles: ['1.34'], weights: 'raw' }),
    );
    return job.title;
  };
  const checkpointFolder = join(engine.paths.runs, runId, 'checkpoints', 'step-5');
  assert.equal(await titleOf('mine'), 'Solve with mine');
  assert.equal(await titleOf(join(engine.paths.exports, 'mine.onnx')), 'Solve with mine');
  assert.equal(await titleOf(`${runId}@5`), `Solve with ${runId}@5`);
  assert.equal(await titleOf(checkpointFolder), `Solve with ${runId}@5`);

  await assert.rejects(titleOf('minee'), {
    message: [
      'There is no model "minee"',
      "  expected: an export's name, an .onnx file, or a checkpoint: RUN, RUN@STEP, RUN@best, RUN@last, a folder",
      '  to do:    did you mean the export mine?',
    ].join('\n'),
  });
  await assert.rejects(titleOf('none.onnx'), { message: /There is no exported model "none.onnx"/ });
  await assert.rejects(titleOf(`${runId}@7`), { message: /has no checkpoint 7/ });
});
