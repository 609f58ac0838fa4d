// Records the training step of an experiment in its published sizes, as far as the bytes that TensorFlow loads, and prints
// what it took; the peak memory is that above what the process held before.

import { recordProgram } from '../worker/capture/record.ts';
import { emitTensorFlow } from '../worker/capture/tensorflow/emit.ts';
import { encodeSavedModel } from '../worker/capture/tensorflow/schema.ts';
import { computeOnThisDevice } from '../worker/compute.ts';
import { startRuntime } from '../worker/runtime.ts';
import { trainingProgram } from '../worker/train/step.ts';
import { measureWork, peakMemoryBytes } from './measure.ts';
import { trainingSchema } from './training-program.ts';

const { experiment, sizes } = trainingSchema.parse(JSON.parse(process.argv[2] ?? ''));
const { training, halting, model } = experiment;
await startRuntime();
const { precision } = computeOnThisDevice(training);
const heldBytes = peakMemoryBytes();
const measurement = await measureWork(() => {
  const program = trainingProgram({ specification: { ...model, ...sizes }, training, halting });
  return encodeSavedModel({ nodes: emitTensorFlow(recordProgram(program), precision), functions: [] });
});
const own = { ...measurement, peakMemoryBytes: measurement.peakMemoryBytes - heldBytes };
process.stdout.write(`${JSON.stringify(own)}\n`);
