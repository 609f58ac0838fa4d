// Whether an experiment fits a memory, and what would where it does not: a smaller batch, or the batch in parts.

import type { Experiment } from '../../common/config/experiment.ts';
import type { EstimateResult } from '../../common/estimate.ts';

type Fit = EstimateResult['fits'][number];

/** What a training with this batch and these parts of it needs, in bytes. */
export type NeededBytes = (training: Pick<Experiment['training'], 'batchSize' | 'microBatches'>) => number;

export interface MemoryLimit {
  device: string;
  memoryBytes: number;
}

/** Memory of devices that are not here; their speed is not known without a calibration on them. */
export const gpuWith48GB: MemoryLimit = { device: 'a GPU with 48 GB', memoryBytes: 48e9 };

/** How much smaller each try is when the first guess does not fit. */
const SHRINK = 0.96;
const MOST_TRIES = 8;

/** Records the step anew for each try, so that the answer is an estimate and no rule of thumb. */
export function fitOf(
  { device, memoryBytes }: MemoryLimit,
  { batchSize, microBatches }: Pick<Experiment['training'], 'batchSize' | 'microBatches'>,
  neededBytes: NeededBytes,
): Fit {
  const needed = neededBytes({ batchSize, microBatches });
  const fits = needed <= memoryBytes;
  return {
    device,
    memoryBytes,
    neededBytes: needed,
    fits,
    largestBatch: fits ? null : largestBatch(memoryBytes, batchSize, neededBytes),
    microBatches: fits ? null : fewestParts(memoryBytes, { batchSize, microBatches }, neededBytes),
  };
}

/** Of a batch that is worked on at once; 0 where not even one puzzle fits. */
function largestBatch(memoryBytes: number, batchSize: number, neededBytes: NeededBytes): number {
  const at = (size: number) => neededBytes({ batchSize: size, microBatches: 1 });
  const one = at(1);
  if (one > memoryBytes) return 0;
  const half = Math.max(2, Math.ceil(batchSize / 2));
  const each = (at(half) - one) / (half - 1);
  let size = Math.max(1, Math.min(batchSize, Math.floor(1 + (memoryBytes - one) / each)));
  for (let tries = 0; tries < MOST_TRIES && size > 1 && at(size) > memoryBytes; tries++) {
    size = Math.max(1, Math.floor(size * SHRINK));
  }
  return at(size) > memoryBytes ? 1 : size;
}

/** Null where not even parts of one puzzle fit. */
function fewestParts(
  memoryBytes: number,
  { batchSize, microBatches }: Pick<Experiment['training'], 'batchSize' | 'microBatches'>,
  neededBytes: NeededBytes,
): number | null {
  const divisors = Array.from({ length: batchSize }, (_, index) => index + 1).filter(
    (parts) => batchSize % parts === 0 && parts > microBatches,
  );
  let [low, high] = [0, divisors.length - 1];
  let best: number | null = null;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const parts = divisors[middle] as number;
    if (neededBytes({ batchSize, microBatches: parts }) <= memoryBytes) {
      best = parts;
      high = middle - 1;
    } else low = middle + 1;
  }
  return best;
}
