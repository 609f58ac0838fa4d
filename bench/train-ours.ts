// Trains a model of ours on made-up puzzles; a line asks for a number of steps. See answer-lines.ts.

import { createExecutor } from '../worker/capture/executor.ts';
import { computeOnThisDevice } from '../worker/compute.ts';
import { openDataset } from '../worker/dataset/open.ts';
import { randomInputs } from '../worker/estimate/measure.ts';
import { parameterShapes } from '../worker/model/parameters.ts';
import { startRuntime } from '../worker/runtime.ts';
import { initialState } from '../worker/train/state.ts';
import { trainingProgram } from '../worker/train/step.ts';
import { answerLines, sinceStartMs } from './answer-lines.ts';
import { peakMemoryBytes } from './measure.ts';
import { trainingSchema } from './training-program.ts';

const phases: Record<string, number> = { modules: sinceStartMs() };
const { experiment, sizes, datasetFolder } = trainingSchema.parse(JSON.parse(process.argv[2] ?? ''));
const { training, halting, seed } = experiment;
const specification = { ...experiment.model, ...sizes };
await startRuntime();
phases.TensorFlow = sinceStartMs();
if (datasetFolder !== undefined) {
  openDataset(datasetFolder);
  phases.dataset = sinceStartMs();
}
const program = trainingProgram({ specification, training, halting });
const executor = createExecutor(program, training.executor, computeOnThisDevice(training));
phases.graph = sinceStartMs();
await executor.writeState(initialState(program, parameterShapes(specification), seed));
phases.state = sinceStartMs();

async function trainStep(): Promise<void> {
  for (let part = 0; part < training.microBatches; part++) {
    await executor.run(randomInputs(experiment, specification, 1, part), ['metrics']);
  }
}

await trainStep();
phases['first step'] = sinceStartMs();
await trainStep();
await answerLines({ phases, peakMemoryBytes: peakMemoryBytes() }, async (line) => {
  for (let step = 0; step < Number(line); step++) await trainStep();
  return {};
});
