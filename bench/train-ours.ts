// Trains our model on random puzzles in a process of its own and prints what each round of steps took. Speaks the
// same lines as train_reference.py.

import { createInterface } from 'node:readline';
import { z } from 'zod';
import { experimentSchema } from '../common/config/experiment.ts';
import { createRandom } from '../common/random.ts';
import { createExecutor } from '../worker/capture/executor.ts';
import { parameterShapes } from '../worker/model/parameters.ts';
import { startRuntime } from '../worker/runtime.ts';
import { initialState } from '../worker/train/state.ts';
import { trainingProgram } from '../worker/train/step.ts';

const settingsSchema = z.object({
  model: experimentSchema.shape.model,
  vocabularySize: z.number(),
  sequenceLength: z.number(),
  batchSize: z.number(),
});

const { model, batchSize, ...sizes } = settingsSchema.parse(JSON.parse(process.argv[2] ?? ''));
await startRuntime();
const started = performance.now();
const specification = { ...model, ...sizes, puzzleIdentifierCount: 1 };
const training = experimentSchema.shape.training.parse({ batchSize });
const halting = experimentSchema.shape.halting.parse({});
const program = trainingProgram({ specification, training, halting });
const executor = createExecutor(program, 'captured');
await executor.writeState(initialState(program, parameterShapes(specification), 0));
const random = createRandom(0, 'bench');
const tokens = () =>
  Int32Array.from(
    { length: batchSize * specification.sequenceLength },
    () => 1 + random.integer(specification.vocabularySize - 1),
  );

async function trainStep(): Promise<void> {
  const batch = { inputs: tokens(), labels: tokens(), puzzle_identifiers: new Int32Array(batchSize) };
  const scalars = Float32Array.of(1e-4, 1e-4, 1, 1);
  await executor.run({ ...batch, minimum_steps: new Int32Array(batchSize), scalars }, ['metrics']);
}

function report(elapsedMs: number, processorMs: number): void {
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(`${JSON.stringify({ elapsedMs, processorMs, peakMemoryBytes })}\n`);
}

await trainStep();
const firstStepMs = performance.now() - started;
await trainStep();
report(firstStepMs, 0);
for await (const line of createInterface({ input: process.stdin })) {
  const processorStart = process.cpuUsage();
  const start = performance.now();
  for (let step = 0; step < Number(line); step++) await trainStep();
  const { user, system } = process.cpuUsage(processorStart);
  report(performance.now() - start, (user + system) / 1000);
}
process.exit(0);
