// The memory that a training run needs: its state, what is live in a step beside it, what the allocator wastes, what
// fused layers take for themselves, and the process around it.

import { availableParallelism } from 'node:os';
import type { Experiment } from '../../common/config/experiment.ts';
import type { EstimateResult } from '../../common/estimate.ts';
import type { Graph } from '../capture/graph.ts';
import { sizeOf } from '../capture/program.ts';
import { type RecordingOptions, recordProgram } from '../capture/record.ts';
import { computeOnThisDevice } from '../compute.ts';
import { evaluationProgram } from '../evaluate/program.ts';
import { parameterShapes } from '../model/parameters.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { trainingProgram } from '../train/step.ts';
import { type Allocator, createBestFitAllocator, createExactAllocator } from './allocator.ts';
import { createFusedScratch, type FusedScratch } from './fused-scratch.ts';
import { createSimulation } from './simulate.ts';

export type MemoryEstimate = EstimateResult['memory'];

/**
 * What a process takes beside its tensors once the first step has run: the session with its graph, kernels compiled for
 * their shapes, threads and the JavaScript heap. Measured: 100 to 170 MB for configs from the demo to hidden size 512.
 */
const SESSION_BYTES = 130e6;

/**
 * What a process takes of its address space and never touches beside TensorFlow's regions: stacks of threads, arenas and
 * heaps. Measured on Linux with two cores.
 */
const UNTOUCHED_BYTES = 350e6;

/** What the CUDA libraries take of a GPU's memory beside TensorFlow's tensors. Assumed, not measured. */
const GPU_CONTEXT_BYTES = 1e9;

/** Steps after which the allocator's memory grows no more. */
const SETTLING_STEPS = 4;

export interface Graphs {
  training: Graph;
  evaluation: Graph;
}

/** How this device would record an experiment's steps: with whole layers as one kernel, or without. */
export function recordingOnThisDevice({ training }: Pick<Experiment, 'training'>): RecordingOptions {
  return { fusedLayers: training.executor !== 'eager' && computeOnThisDevice(training).fusedLayers };
}

/** On a GPU no layers are fused. */
export const recordingOnGpu: RecordingOptions = { fusedLayers: false };

/** Records the training step and the evaluation step of an experiment. */
export function recordGraphs(
  experiment: Pick<Experiment, 'training' | 'halting' | 'evaluation'>,
  specification: ModelSpecification,
  testExamples: number | null,
  recording: RecordingOptions,
): Graphs {
  const { training, halting } = experiment;
  const batchSize = evaluationBatch(experiment, testExamples);
  return {
    training: recordProgram(trainingProgram({ specification, training, halting }), recording),
    evaluation: recordProgram(evaluationProgram(specification, batchSize, training.answerLoss), recording),
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

/** What a training needs of this machine. */
export type HostMemory = Omit<MemoryEstimate, 'gpuPeakBytes'> & {
  /** As `ulimit -d` counts: also what is taken but never touched. */
  reservedPeakBytes: number;
};

/** @param processBytes what the process held when TensorFlow was loaded and nothing else had happened */
export function estimateHostMemory(
  graphs: Graphs,
  specification: ModelSpecification,
  processBytes: number,
): HostMemory {
  const state = stateBytes(graphs.training, specification);
  const stateTotal = Object.values(state).reduce((sum, bytes) => sum + bytes, 0);
  const lanes = availableParallelism();
  const exact = trainAndEvaluate(graphs, createExactAllocator(), lanes).allocator.touchedBytes();
  const { allocator, scratch } = trainAndEvaluate(graphs, createBestFitAllocator(), lanes);
  const allocated = allocator.touchedBytes();
  const others = scratch.bytes() + processBytes + SESSION_BYTES + stateTotal;
  return {
    ...state,
    activationsBytes: exact - stateTotal,
    allocatorBytes: Math.max(0, allocated - exact),
    scratchBytes: scratch.bytes(),
    processBytes: processBytes + SESSION_BYTES,
    copiesBytes: stateTotal,
    peakBytes: allocated + others,
    reservedPeakBytes: allocator.reservedBytes() + others + UNTOUCHED_BYTES,
  };
}

/** What a training needs of a GPU's memory. */
export function estimateGpuMemory(graphs: Graphs): number {
  return trainAndEvaluate(graphs, createBestFitAllocator(), 1).allocator.touchedBytes() + GPU_CONTEXT_BYTES;
}

/** What one evaluation step needs at least, whatever the batch of the training is. */
export function evaluationBytes({ evaluation }: Graphs): number {
  const allocator = createExactAllocator();
  createSimulation(evaluation, { allocator, lanes: 1, outputs: Object.keys(evaluation.outputs) }).run();
  return allocator.touchedBytes();
}

/** Training until the memory has settled, an evaluation with its own copy of the weights, and training again. */
function trainAndEvaluate(
  graphs: Graphs,
  allocator: Allocator,
  lanes: number,
): { allocator: Allocator; scratch: FusedScratch } {
  // TensorFlow's threads run pieces of a fused layer, and those of the layers' own pool, which has one less.
  const scratch = createFusedScratch(2 * lanes - 1);
  const shared = { allocator, lanes, scratch };
  const training = createSimulation(graphs.training, { ...shared, outputs: ['metrics'] });
  for (let step = 0; step < SETTLING_STEPS; step++) training.run();
  const outputs = Object.keys(graphs.evaluation.outputs);
  const evaluation = createSimulation(graphs.evaluation, { ...shared, outputs });
  evaluation.run();
  training.run();
  return { allocator, scratch };
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
