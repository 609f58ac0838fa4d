// Trains a published model on made-up puzzles on one device, watched by the same telemetry as a run; a line asks for a
// number of seconds. See answer-lines.ts.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { summarizeTelemetry, type Telemetry } from '../common/telemetry.ts';
import { startRuntime } from '../worker/runtime.ts';
import { watchTelemetry } from '../worker/telemetry/telemetry.ts';
import { answerLines, sinceStartMs } from './answer-lines.ts';
import { spreadOf } from './measure.ts';
import { openTraining } from './open-training.ts';
import { trainingSchema } from './training-program.ts';

const { experiment, sizes } = trainingSchema.parse(JSON.parse(process.argv[2] ?? ''));
const { version, device } = await startRuntime(experiment.training.device);
const { trainStep } = await openTraining({ experiment, sizes });
await trainStep();
const firstStepMs = sinceStartMs();
await trainStep();

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
