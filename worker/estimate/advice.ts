// What would fit a memory that a training does not fit: parts of the batch, which give the same result, or a smaller
// batch.

import type { Experiment } from '../../common/config/experiment.ts';
import type { EstimateResult } from '../../common/estimate.ts';
import type { RecordingOptions } from '../capture/record.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { fitOf, type MemoryLimit, type NeededBytes } from './fitting.ts';
import {
  estimateGpuMemory,
  estimateHostMemory,
  recordGraphs,
  recordingOnGpu,
  recordingOnThisDevice,
} from './memory.ts';

export interface TrainingMemory {
  experiment: Experiment;
  specification: ModelSpecification;
  testExamples: number | null;
  /** What the process held before anything was trained. */
  processBytes: number;
}

/** Memory to train in: a GPU's, or this machine's. */
export interface MemoryPlace extends MemoryLimit {
  onGpu: boolean;
  /** Whether it also counts what is taken and never touched, as `ulimit -d` does. */
  countsReserved: boolean;
}

type Fit = EstimateResult['fits'][number];

/** Left free of what there is when something is proposed: the estimate is within some percent of what is needed. */
const RESERVE = 0.1;
/** Where a memory did not do that should have, what is proposed needs at most this share of what was estimated. */
const DISPROVED = 0.8;

/** A function that estimates what the training needs in such a place, with any batch. */
export function neededIn(place: MemoryPlace, training: TrainingMemory): NeededBytes {
  const { experiment, specification, testExamples, processBytes } = training;
  return (changed) => {
    const other = { ...experiment, training: { ...experiment.training, ...changed } };
    const record = (recording: RecordingOptions) =>
      recordGraphs(other, specification, testExamples, recording);
    if (place.onGpu) return estimateGpuMemory(record(recordingOnGpu));
    const graphs = record(recordingOnThisDevice(experiment));
    const memory = estimateHostMemory(graphs, specification, processBytes);
    return place.countsReserved ? memory.reservedPeakBytes : memory.peakBytes;
  };
}

/** What a proposal may need, for a training that needs too much. */
function largestProposed(place: MemoryPlace, neededBytes: number): number {
  return Math.min((1 - RESERVE) * place.memoryBytes, DISPROVED * neededBytes);
}

/**
 * What of the training would fit, taking for granted that as it is it does not.
 * @param neededBytes what is estimated for the training as it is
 */
export function fitInstead(place: MemoryPlace, training: TrainingMemory, neededBytes: number): Fit {
  const memoryBytes = largestProposed(place, neededBytes);
  return fitOf({ ...place, memoryBytes }, training.experiment.training, neededIn(place, training));
}

/** The same training with its layers computed again for their gradients. */
export function withRecompute(training: TrainingMemory): TrainingMemory {
  const { experiment } = training;
  return {
    ...training,
    experiment: { ...experiment, training: { ...experiment.training, recompute: 'on' } },
  };
}

/**
 * What is to be set where a training does not fit as it is, as a sentence without a full stop: first of all, if that is
 * enough, to compute layers again, which changes neither the batch nor the result.
 */
export function adviseInstead(place: MemoryPlace, training: TrainingMemory, neededBytes: number): string {
  const other = describeFit(fitInstead(place, training, neededBytes));
  const { batchSize, microBatches, recompute } = training.experiment.training;
  if (recompute === 'on') return other;
  const needed = neededIn(place, withRecompute(training))({ batchSize, microBatches });
  if (needed > largestProposed(place, neededBytes)) return other;
  return `set training.recompute=on, which computes layers again instead of keeping them and gives the same result; or ${other}`;
}

/** What is to be set, as a sentence without a full stop. */
export function describeFit({ largestBatch, microBatches }: Fit): string {
  const parts =
    microBatches === null
      ? null
      : `training.microBatches=${microBatches}, which works on the batch in parts and gives the same result`;
  const batch = largestBatch === null || largestBatch < 1 ? null : `training.batchSize=${largestBatch}`;
  if (parts !== null) return batch === null ? `set ${parts}` : `set ${parts}, or ${batch}`;
  if (batch !== null) return `set ${batch}`;
  return 'not even one puzzle at a time fits: lower evaluation.batchSize or model.hiddenSize, or use more memory';
}
