// The memory that a training run needs: its state, what is live in a step beside it, what the allocator wastes, and the
// process around it.

import { availableParallelism } from 'node:os';
import type { Experiment } from '../../common/config/experiment.ts';
import type { EstimateResult } from '../../common/estimate.ts';
import type { Graph } from '../capture/graph.ts';
import { sizeOf } from '../capture/program.ts';
import { recordProgram } from '../capture/record.ts';
import { evaluationProgram } from '../evaluate/program.ts';
import { parameterShapes } from '../model/parameters.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { trainingProgram } from '../train/step.ts';
import { type Allocator, createBestFitAllocator, createExactAllocator } from './allocator.ts';
import { createSimulation } from './simulate.ts';

export type MemoryEstimate = EstimateResult['memory'];

/**
 * What a process takes beside its tensors once the first step has run: the session with its graph, kernels compiled for
 * their shapes, threads and the JavaScript heap. Measured: 100 to 170 MB for configs from the demo to hidden size 512.
 */
const SESSION_BYTES = 130e6;

/** What the CUDA libraries take of a GPU's memory beside TensorFlow's tensors. Assumed, not measured. */
const GPU_CONTEXT_BYTES = 1e9;

/** Steps after which the allocator's memory grows no more. */
const SETTLING_STEPS = 4;

export interface Graphs {
  training: Graph;
  evaluation: Graph;
}

/** Records the training step and the evaluation step of an experiment. */
export function recordGraphs(
  experiment: Pick<Experiment, 'training' | 'halting' | 'evaluation'>,
  specification: ModelSpecification,
  testExamples: number | null,
): Graphs {
  const { training, halting } = experiment;
  const batchSize = evaluationBatch(experiment, testExamples);
  return {
    training: recordProgram(trainingProgram({ specification, training, halting })),
    evaluation: recordProgram(evaluationProgram(specification, batchSize, training.answerLoss)),
  };
}

/** Puzzles that are evaluated at once. */
export function evaluationBatch(
  { evaluation }: Pick<Experiment, 'evaluation'>,
  testExamples: number | null,
): number {
  const { batchSize, maximumPuzzles } = evaluation;
  return Math.min(batchSize, maximumPuzzles || batchSize, testExamples ?? batchSize);
}

/** @param processBytes what the process held when TensorFlow was loaded and nothing else had happened */
export function estimateMemory(
  graphs: Graphs,
  specification: ModelSpecification,
  processBytes: number,
): MemoryEstimate {
  const state = stateBytes(graphs.training, specification);
  const stateTotal = Object.values(state).reduce((sum, bytes) => sum + bytes, 0);
  const lanes = availableParallelism();
  const exact = touchedBytes(graphs, createExactAllocator(), lanes);
  const allocated = touchedBytes(graphs, createBestFitAllocator(), lanes);
  const onGpu = touchedBytes(graphs, createBestFitAllocator(), 1);
  return {
    ...state,
    activationsBytes: exact - stateTotal,
    allocatorBytes: Math.max(0, allocated - exact),
    processBytes: processBytes + SESSION_BYTES,
    copiesBytes: stateTotal,
    peakBytes: allocated + processBytes + SESSION_BYTES + stateTotal,
    gpuPeakBytes: onGpu + GPU_CONTEXT_BYTES,
  };
}

/** What one evaluation step needs at least, whatever the batch of the training is. */
export function evaluationBytes({ evaluation }: Graphs): number {
  const allocator = createExactAllocator();
  createSimulation(evaluation, { allocator, lanes: 1, outputs: Object.keys(evaluation.outputs) }).run();
  return allocator.touchedBytes();
}

/** Training until the memory has settled, an evaluation with its own copy of the weights, and training again. */
function touchedBytes(graphs: Graphs, allocator: Allocator, lanes: number): number {
  const training = createSimulation(graphs.training, { allocator, lanes, outputs: ['metrics'] });
  for (let step = 0; step < SETTLING_STEPS; step++) training.run();
  const outputs = Object.keys(graphs.evaluation.outputs);
  const evaluation = createSimulation(graphs.evaluation, { allocator, lanes, outputs });
  evaluation.run();
  training.run();
  return allocator.touchedBytes();
}

function stateBytes(graph: Graph, specification: ModelSpecification) {
  const shapes = parameterShapes(specification);
  const total = (belongs: (name: string) => boolean) =>
    Object.entries(graph.stateSpecifications).reduce(
      (sum, [name, { shape }]) => sum + (belongs(name) ? 4 * sizeOf(shape) : 0),
      0,
    );
  const isCarry = (name: string) => name.startsWith('carry/');
  const isAverage = (name: string) => name.startsWith('ema/');
  return {
    parametersBytes: total((name) => shapes.has(name)),
    optimizerBytes: total((name) => !shapes.has(name) && !isCarry(name) && !isAverage(name)),
    emaBytes: total(isAverage),
    carryBytes: total(isCarry),
  };
}
