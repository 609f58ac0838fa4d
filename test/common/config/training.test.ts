// What training settings can and cannot be together.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFields } from '../../../common/config/describe.ts';
import { parseExperiment } from '../../../common/config/parse.ts';
import { UserError } from '../../../common/errors.ts';

const BASE = 'name: some\ndataset: {name: some}\n';

function problems(text: string, overrides: string[] = []): string {
  try {
    parseExperiment(BASE + text, { fileName: 'some.yaml', overrides });
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'none';
}

test('the defaults are those of TRM', () => {
  const { training, halting, model } = parseExperiment(BASE, { fileName: 'some.yaml' });
  const { answerLoss, labelSmoothing, optimizer, gradientClipping, microBatches, trainOnly } = training;
  assert.deepEqual(
    { answerLoss, labelSmoothing, optimizer, gradientClipping, microBatches, trainOnly },
    {
      answerLoss: 'stablemax',
      labelSmoothing: 0,
      optimizer: 'adam-atan2',
      gradientClipping: 0,
      microBatches: 1,
      trainOnly: 'all',
    },
  );
  assert.deepEqual([training.depthCurriculum, training.candidates], [[], 1]);
  assert.deepEqual([halting.stepWeightDecay, model.gatedUnit], [1, 'swiglu']);
});

test('a batch is cut into equal parts only', () => {
  assert.equal(problems('training: {batchSize: 12, microBatches: 4}'), 'none');
  assert.equal(
    problems('training: {batchSize: 10, microBatches: 4}'),
    [
      'training.microBatches cannot be 4',
      '  where:    some.yaml:3',
      '  found:    4',
      '  expected: a divisor of training.batchSize (10)',
    ].join('\n'),
  );
});

test('candidates are for trm', () => {
  assert.match(
    problems('model: {variant: trm-singlez}', ['training.candidates=2']),
    /expected: 1 with trm-singlez: only trm can have several reasoning latents at a time$/,
  );
});

test('puzzle embeddings can only learn where there are some', () => {
  assert.match(
    problems('model: {puzzleEmbedding: false}\ntraining: {trainOnly: puzzle-embeddings}'),
    /^training\.trainOnly cannot be "puzzle-embeddings"\n.*\n.*\n {2}expected: all or embeddings where /,
  );
});

test('stages of the curriculum follow each other and fit the model', () => {
  const stage = (untilShare: number, lowCycles = 2) => ({ untilShare, highCycles: 1, lowCycles });
  const curriculum = (...stages: object[]) => `training: {depthCurriculum: ${JSON.stringify(stages)}}`;
  assert.equal(problems(curriculum(stage(0.3), stage(0.6))), 'none');
  assert.match(
    problems(curriculum(stage(0.6), stage(0.6))),
    /^training\.depthCurriculum\.1\.untilShare cannot be 0\.6\n[\s\S]*expected: above that of the stage before \(0\.6\)$/,
  );
  assert.match(problems(curriculum(stage(1))), /^training\.depthCurriculum\.0\.untilShare cannot be 1\n/);
  assert.match(
    problems(`model: {variant: trm-hier6}\n${curriculum(stage(0.3, 7))}`),
    /^training\.depthCurriculum\.0\.lowCycles cannot be 7\n[\s\S]*expected: at most 6 with trm-hier6/,
  );
});

test('a curriculum can be given on the command line', () => {
  const override = 'training.depthCurriculum=[{untilShare: 0.5, highCycles: 1, lowCycles: 2}]';
  const { training } = parseExperiment(BASE, { fileName: 'some.yaml', overrides: [override] });
  assert.deepEqual(training.depthCurriculum, [{ untilShare: 0.5, highCycles: 1, lowCycles: 2 }]);
});

test('every setting of training says what it is', () => {
  const fields = describeFields().filter(({ path }) => path.startsWith('training.'));
  assert.deepEqual(
    fields.filter(({ description, default: standard }) => description === '' || standard === undefined),
    [],
  );
});
