// Trains a published model on made-up puzzles on one device, watched by the same telemetry as a run; a line asks for a
// number of seconds. See answer-lines.ts.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { summarizeTelemetry, type Telemetry } from '../common/telemetry.ts';
import { createExecutor } from '../worker/capture/executor.ts';
import { randomInputs } from '../worker/estimate/measure.ts';
import { parameterShapes } from '../worker/model/parameters.ts';
import { startRuntime } from '../worker/runtime.ts';
import { watchTelemetry } from '../worker/telemetry/telemetry.ts';
import { initialState } from '../worker/train/state.ts';
import { trainingProgram } from '../worker/train/step.ts';
import { answerLines, sinceStartMs } from './answer-lines.ts';
import { spreadOf } from './measure.ts';
import { trainingSchema } from './training-program.ts';

const { experiment, sizes } = trainingSchema.parse(JSON.parse(process.argv[2] ?? ''));
const { training, halting, seed } = experiment;
const specification = { ...experiment.model, ...sizes };
const { version, device } = await startRuntime(training.device);
const program = trainingProgram({ specification, training, halting });
const executor = createExecutor(program, training.executor);
await executor.writeState(initialState(program, parameterShapes(specification), seed));
let step = 0;
await trainStep();
const firstStepMs = sinceStartMs();
await trainStep();

async function trainStep(): Promise<void> {
  step++;
  for (let part = 0; part < training.microBatches; part++) {
    await executor.run(randomInputs(experiment, specification, step, part), ['metrics']);
  }
}

await answerLines({ device, library: version, firstStepMs }, async (line) => {
  const telemetry: Telemetry[] = [];
  const watch = watchTelemetry({
    onTelemetry: (stretch) => telemetry.push(stretch),
    onTrouble: (message) => process.stderr.write(`${message}\n`),
  });
  const stepMs: number[] = [];
  const endMs = performance.now() + 1000 * Number(line);
  do {
    const startMs = performance.now();
    await trainStep();
    stepMs.push(performance.now() - startMs);
    await nextTurn();
  } while (performance.now() < endMs);
  await watch.stop();
  return { steps: stepMs.length, stepMs: spreadOf(stepMs), telemetry: summarizeTelemetry(telemetry) };
});
