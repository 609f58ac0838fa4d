// Evaluates a checkpoint of ours on test puzzles; a line asks for one evaluation. See answer-lines.ts.

import { z } from 'zod';
import { evaluationModes } from '../common/config/experiment.ts';
import { loadCheckpoint } from '../worker/checkpoint/load.ts';
import { computeOnThisDevice, withoutXla } from '../worker/compute.ts';
import { openDataset } from '../worker/dataset/open.ts';
import { createEvaluator } from '../worker/evaluate/evaluator.ts';
import { comparesHaltingLogits } from '../worker/model/halting.ts';
import { startRuntime } from '../worker/runtime.ts';
import { answerLines } from './answer-lines.ts';

const settingsSchema = z.object({
  checkpointFolder: z.string(),
  datasetFolder: z.string(),
  puzzles: z.number(),
  batchSize: z.number(),
  mode: z.enum(evaluationModes),
  haltThreshold: z.number(),
});

const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? ''));
await startRuntime();
const { specification, experiment, weights } = await loadCheckpoint(settings.checkpointFolder);
const { training, halting } = experiment;
const arrays = Object.fromEntries([...(await weights('ema'))].map(([name, { values }]) => [name, values]));
const evaluator = createEvaluator(
  specification,
  openDataset(settings.datasetFolder).split('test'),
  {
    batchSize: settings.batchSize,
    maximumPuzzles: settings.puzzles,
    maximumSteps: halting.maximumSteps,
    mode: settings.mode,
    haltThreshold: settings.haltThreshold,
    comparesHaltingLogits: comparesHaltingLogits({ specification, halting }),
    answerLoss: training.answerLoss,
    createJudge: null,
    onProgress: () => undefined,
  },
  training.executor,
  withoutXla(computeOnThisDevice(training)),
);

async function evaluate() {
  const { puzzleCount, exactAccuracy, meanSteps } = await evaluator.evaluate(arrays);
  const steps = settings.mode === 'fixed' ? halting.maximumSteps : meanSteps.value;
  const exact = Math.round(exactAccuracy.value * puzzleCount);
  return { puzzles: puzzleCount, exact, meanSteps: steps, batchesMs: [] };
}

await evaluate();
await answerLines({}, evaluate);
