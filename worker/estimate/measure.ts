// Runs a few real steps of an experiment and measures their time and the process's memory: what an estimate is held
// against.

import type { Experiment } from '../../common/config/experiment.ts';
import { createExecutor } from '../capture/executor.ts';
import { type NamedArrays, sizeOf } from '../capture/program.ts';
import { computeOnThisDevice, withoutXla } from '../compute.ts';
import { evaluationProgram } from '../evaluate/program.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { initialParameters, parameterShapes } from '../model/parameters.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { scalarNames, scalarsAt } from '../train/schedule.ts';
import { initialState } from '../train/state.ts';
import { trainingProgram } from '../train/step.ts';
import { evaluationBatch } from './memory.ts';

export interface Measurement {
  steps: number;
  stepSeconds: number;
  stepProcessorSeconds: number;
  /** The most that the process held. */
  peakBytes: number;
}

/** Steps run; the first one prepares the graph and is not timed. */
const STEPS = 4;

/** Trains on random puzzles, evaluates one step with a batch and copies the state out, as a run does. */
export async function measureSteps(
  experiment: Experiment,
  specification: ModelSpecification,
  testExamples: number | null,
  context: JobContext,
): Promise<Measurement> {
  const { training, halting, seed } = experiment;
  const program = trainingProgram({ specification, training, halting });
  const executor = createExecutor(program, training.executor, computeOnThisDevice(training));
  const best = { seconds: Number.POSITIVE_INFINITY, processorSeconds: Number.POSITIVE_INFINITY };
  try {
    await executor.writeState(initialState(program, parameterShapes(specification), seed));
    for (let step = 1; step <= STEPS; step++) {
      throwIfCancelled(context.signal);
      context.progress('measuring steps', step - 1, STEPS, 'steps');
      const startedMs = performance.now();
      const processor = process.cpuUsage();
      for (let part = 0; part < training.microBatches; part++) {
        await executor.run(randomInputs(experiment, specification, step, part), ['metrics']);
      }
      if (step === 1) continue;
      const { user, system } = process.cpuUsage(processor);
      best.seconds = Math.min(best.seconds, (performance.now() - startedMs) / 1000);
      best.processorSeconds = Math.min(best.processorSeconds, (user + system) / 1e6);
    }
    await evaluateOnce(experiment, specification, evaluationBatch(experiment, testExamples));
    await executor.run(randomInputs(experiment, specification, STEPS + 1, 0), ['metrics']);
    await executor.readState();
  } finally {
    executor.dispose();
  }
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return {
    steps: STEPS,
    stepSeconds: best.seconds,
    stepProcessorSeconds: best.processorSeconds,
    peakBytes,
  };
}

async function evaluateOnce(
  { training, seed }: Experiment,
  specification: ModelSpecification,
  batchSize: number,
): Promise<void> {
  const program = evaluationProgram(specification, batchSize, training.answerLoss);
  const compute = withoutXla(computeOnThisDevice(training));
  const executor = createExecutor(program, training.executor, compute);
  try {
    await executor.writeState(evaluationState(program, specification, seed));
    const reset = new Int32Array(batchSize).fill(1);
    const puzzles = randomPuzzles(specification, batchSize);
    await executor.run({ ...puzzles, reset }, ['halt_logits', 'exact', 'answers']);
  } finally {
    executor.dispose();
  }
}

function evaluationState(
  program: ReturnType<typeof evaluationProgram>,
  specification: ModelSpecification,
  seed: number,
): NamedArrays {
  const state = Object.entries(program.state).map(([name, { shape }]) => [
    name,
    new Float32Array(sizeOf(shape)),
  ]);
  return {
    ...Object.fromEntries(state),
    ...Object.fromEntries(initialParameters(parameterShapes(specification), seed)),
  };
}

/** The inputs of a part of a training step, with made-up puzzles. */
export function randomInputs(
  { training }: Experiment,
  specification: ModelSpecification,
  step: number,
  part: number,
): NamedArrays {
  const rows = training.batchSize / training.microBatches;
  const values = scalarsAt(step, training);
  return {
    ...randomPuzzles(specification, rows),
    minimum_steps: new Int32Array(rows),
    scalars: Float32Array.from(scalarNames(training), (name) => values[name]),
    ...(training.microBatches > 1 && { part: Int32Array.of(part) }),
  };
}

function randomPuzzles({ vocabularySize, sequenceLength }: ModelSpecification, rows: number): NamedArrays {
  // Which numbers they are changes neither time nor memory.
  const tokens = () =>
    Int32Array.from({ length: rows * sequenceLength }, (_, index) => (index * 7919) % vocabularySize);
  return { inputs: tokens(), labels: tokens(), puzzle_identifiers: new Int32Array(rows) };
}
