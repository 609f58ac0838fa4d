// Memory before and after: refuses a training that by far does not fit before it starts, and says what would fit when
// one ran out of memory all the same.

import { totalmem } from 'node:os';
import type { Experiment } from '../../common/config/experiment.ts';
import { UserError } from '../../common/errors.ts';
import type { JobSpecOf } from '../../common/jobs.ts';
import { chosenGpu } from '../device.ts';
import {
  adviseInstead,
  type MemoryPlace,
  neededIn,
  type TrainingMemory,
  withRecompute,
} from '../estimate/advice.ts';
import { sizesOf } from '../estimate/estimate.ts';
import { hostLimit } from '../estimate/memory-limit.ts';
import type { JobContext } from '../job.ts';
import { readGpuMemory } from '../telemetry/gpu-readings.ts';

/** The estimate is within 20 % of what is measured; beyond that a training cannot fit. */
const BY_FAR = 1.25;
/** Above this share of the memory, a worker that dies has advice left behind. */
const CLOSE = 0.6;
/** More numbers than any block keeps of a token and layer for its gradient, per hidden unit. */
const KEPT_AT_MOST = 64;

const OUT_OF_MEMORY =
  /OOM when allocating|RESOURCE_?EXHAUSTED|Resource ?Exhausted|std::bad_alloc|CUDA_ERROR_OUT_OF_MEMORY|failed to allocate memory|Array buffer allocation failed/i;

/** Whether a library says that memory ran out. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && !(error instanceof UserError) && OUT_OF_MEMORY.test(error.message);
}

/** Whether gradients compute the inside of layers again; what `auto` comes to. */
export type SettledRecompute = 'on' | 'off';

/**
 * Settles whether gradients compute layers again: where `auto` says so, if the training does not fit otherwise.
 * Costs nothing where the training is small; near the limit it leaves advice with the engine, for a worker that the
 * system kills has no last words.
 * @throws UserError where the estimate exceeds the memory by far and `spec.force` is not set
 */
export async function requireMemory(
  spec: JobSpecOf<'train'>,
  processBytes: number,
  context: JobContext,
): Promise<SettledRecompute> {
  const asItIs = trainingMemory(spec, processBytes);
  const place = await memoryPlace();
  const asked = spec.experiment.training.recompute === 'on' ? 'on' : 'off';
  if (place === null || roughBytes(asItIs) < CLOSE * place.memoryBytes) return asked;
  const { training, neededBytes } = settleRecompute(place, asItIs);
  const recompute = training === asItIs ? asked : 'on';
  if (recompute !== asked) context.emit({ type: 'log', level: 'info', message: RECOMPUTES });
  if (neededBytes < CLOSE * place.memoryBytes) return recompute;
  const advice = adviseInstead(place, training, neededBytes);
  context.emit({ type: 'memory-advice', advice });
  if (neededBytes <= place.memoryBytes) return recompute;
  const found = describeNeed(spec.experiment, place, neededBytes);
  if (spec.force === true || neededBytes <= BY_FAR * place.memoryBytes) {
    const message = `The training may not fit the memory: ${found}; if it does not, ${advice}`;
    context.emit({ type: 'log', level: 'warning', message });
    return recompute;
  }
  throw new UserError({
    what: `The training does not fit the memory of ${place.device}`,
    where: 'training.batchSize, training.microBatches',
    found,
    expected: 'an estimate below the memory that there is',
    remedy: `${advice}; --force tries it as it is`,
  });
}

const RECOMPUTES =
  'Gradients compute the inside of layers again (training.recompute=auto), since the memory would not be enough to keep it';

/** The training with its layers computed again, where `auto` leaves that open and it does not fit without; else itself. */
function settleRecompute(place: MemoryPlace, asItIs: TrainingMemory) {
  const neededBytes = neededAsItIs(place, asItIs);
  if (asItIs.experiment.training.recompute !== 'auto' || neededBytes <= place.memoryBytes) {
    return { training: asItIs, neededBytes };
  }
  const training = withRecompute(asItIs);
  const neededThen = neededAsItIs(place, training);
  return neededThen < neededBytes ? { training, neededBytes: neededThen } : { training: asItIs, neededBytes };
}

function neededAsItIs(place: MemoryPlace, training: TrainingMemory): number {
  const { batchSize, microBatches } = training.experiment.training;
  return neededIn(place, training)({ batchSize, microBatches });
}

/** What would have fitted, once a library said that memory ran out. */
export async function explainOutOfMemory(
  error: Error,
  spec: JobSpecOf<'train'>,
  recompute: SettledRecompute,
  processBytes: number,
  step: number,
): Promise<UserError> {
  const asItIs = trainingMemory(spec, processBytes);
  const training = recompute === 'on' ? withRecompute(asItIs) : asItIs;
  const place = (await memoryPlace()) ?? {
    device: 'the GPU',
    memoryBytes: Number.POSITIVE_INFINITY,
    onGpu: true,
    countsReserved: false,
  };
  const neededBytes = neededAsItIs(place, training);
  const said = error.message.split('\n')[0] ?? '';
  return new UserError(
    {
      what: `Training ran out of the memory of ${place.device} in step ${step}`,
      where: 'training.batchSize, training.microBatches',
      found: `${describeNeed(spec.experiment, place, neededBytes)}; TensorFlow says: ${said}`,
      remedy: `start again: ${adviseInstead(place, training, neededBytes)}`,
    },
    { cause: error },
  );
}

function trainingMemory(
  { experiment, datasetFolder, alsoTrainOn = [] }: JobSpecOf<'train'>,
  processBytes: number,
): TrainingMemory {
  const sizes = sizesOf(experiment, [datasetFolder, ...alsoTrainOn.map(({ folder }) => folder)]);
  const { vocabularySize, sequenceLength, puzzleIdentifierCount, testExamples } = sizes;
  const specification = { ...experiment.model, vocabularySize, sequenceLength, puzzleIdentifierCount };
  return { experiment, specification, testExamples, processBytes };
}

/** Null where a GPU does not tell how much it has. */
async function memoryPlace(): Promise<MemoryPlace | null> {
  const gpu = chosenGpu();
  if (gpu === null) {
    const limit = hostLimit();
    const device = limit.memoryBytes < totalmem() ? 'this process' : 'this machine';
    return { device, ...limit, onGpu: false };
  }
  const memoryBytes = await readGpuMemory(gpu.uuid);
  if (memoryBytes === null) return null;
  return { device: `GPU ${gpu.index}, ${gpu.name}`, memoryBytes, onGpu: true, countsReserved: false };
}

/** More than a training needs, without recording anything: tells only whether a closer look is worth its time. */
function roughBytes({ experiment, specification, processBytes }: TrainingMemory): number {
  const { batchSize, microBatches } = experiment.training;
  const { sequenceLength, puzzleEmbeddingLength, puzzleIdentifierCount, hiddenSize, layers, lowCycles } =
    specification;
  const tokens = sequenceLength + puzzleEmbeddingLength;
  const perPuzzle = tokens * hiddenSize * layers * KEPT_AT_MOST * 4;
  const training = (batchSize / microBatches) * perPuzzle * (lowCycles + 1) * experiment.training.candidates;
  const evaluation = experiment.evaluation.batchSize * perPuzzle;
  const table = puzzleIdentifierCount * hiddenSize * 4 * 4;
  return processBytes + training + evaluation + table;
}

function describeNeed(
  { training }: Experiment,
  { device, memoryBytes }: MemoryPlace,
  neededBytes: number,
): string {
  const { batchSize, microBatches } = training;
  const settings = `training.batchSize=${batchSize}, training.microBatches=${microBatches}`;
  const there = Number.isFinite(memoryBytes) ? `, where ${device} has ${gigabytes(memoryBytes)}` : '';
  return `an estimated ${gigabytes(neededBytes)} for ${settings}${there}`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
