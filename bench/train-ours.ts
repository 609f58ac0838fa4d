// Trains a model of ours on made-up puzzles; a line asks for a number of steps. See answer-lines.ts.

import { openDataset } from '../worker/dataset/open.ts';
import { startRuntime } from '../worker/runtime.ts';
import { answerLines, sinceStartMs } from './answer-lines.ts';
import { peakMemoryBytes } from './measure.ts';
import { openTraining } from './open-training.ts';
import { trainingSchema } from './training-program.ts';

const phases: Record<string, number> = { modules: sinceStartMs() };
const { experiment, sizes, datasetFolder } = trainingSchema.parse(JSON.parse(process.argv[2] ?? ''));
await startRuntime();
phases.TensorFlow = sinceStartMs();
if (datasetFolder !== undefined) {
  openDataset(datasetFolder);
  phases.dataset = sinceStartMs();
}
const { trainStep } = await openTraining({ experiment, sizes }, (phase) => {
  phases[phase] = sinceStartMs();
});
await trainStep();
phases['first step'] = sinceStartMs();
await trainStep();
await answerLines({ phases, peakMemoryBytes: peakMemoryBytes() }, async (line) => {
  for (let step = 0; step < Number(line); step++) await trainStep();
  return {};
});
