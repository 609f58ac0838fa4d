// The estimate job: what an experiment will need, from a model of its recorded graphs; with `measure`, also what a few
// real steps took.

import { totalmem } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Experiment } from '../../common/config/experiment.ts';
import { UserError } from '../../common/errors.ts';
import type { EstimateResult } from '../../common/estimate.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { startRuntime } from '../runtime.ts';
import { type MemoryPlace, neededIn } from './advice.ts';
import { type Calibration, calibrationOf, deviceName, wasBusy } from './calibration.ts';
import { fitOf, gpuWith48GB } from './fitting.ts';
import { measureSteps } from './measure.ts';
import {
  estimateGpuMemory,
  estimateHostMemory,
  evaluationBytes,
  type Graphs,
  type HostMemory,
  recordGraphs,
  recordingOnGpu,
  recordingOnThisDevice,
} from './memory.ts';
import { checkpointBytes, countByPart } from './parameters.ts';
import { estimateRun, estimateStep } from './run-time.ts';
import { type PuzzleSizes, sizesOfBuild, sizesOfFolder } from './sizes.ts';

/** Estimates every experiment of `spec`; the runtime is started already. */
export async function estimateJob(
  spec: JobSpecOf<'estimate'>,
  context: JobContext,
): Promise<JobResultOf<'estimate'>> {
  const runtime = await startRuntime(spec.experiments[0]?.experiment.training.device);
  const processBytes = process.memoryUsage.rss();
  const estimates: EstimateResult[] = [];
  const prepared: Prepared[] = [];
  for (const { experiment, datasetFolders } of spec.experiments) {
    prepared.push(prepare(experiment, datasetFolders, processBytes));
    await nextTurn();
  }
  const measured = [];
  for (const each of prepared)
    measured.push(spec.measure ? await measure(each, processBytes, context) : null);
  const calibration = await calibrationOf(runtime, spec.calibrationFolder, {
    measureAgain: spec.calibrateAgain,
    onProgress: (done, total) => {
      throwIfCancelled(context.signal);
      context.progress('timing this device', done, total, 'rounds');
    },
  });
  for (const [index, each] of prepared.entries()) {
    throwIfCancelled(context.signal);
    context.progress('estimating', index, prepared.length, 'experiments');
    // Lets a request to stop come in, and signs of life go out.
    await nextTurn();
    estimates.push(describe(each, calibration, measured[index] ?? null, processBytes));
  }
  return { kind: 'estimate', estimates };
}

interface Prepared {
  experiment: Experiment;
  sizes: PuzzleSizes & { origin: EstimateResult['sizes']['origin'] };
  specification: ModelSpecification;
  graphs: Graphs;
  /** As a GPU runs them: the same graphs where no layers are fused here. */
  gpuGraphs: Graphs;
  memory: HostMemory;
  gpuPeakBytes: number;
  recordingSeconds: number;
}

function prepare(experiment: Experiment, datasetFolders: string[], processBytes: number): Prepared {
  const sizes = sizesOf(experiment, datasetFolders);
  const { vocabularySize, sequenceLength, puzzleIdentifierCount } = sizes;
  const specification = { ...experiment.model, vocabularySize, sequenceLength, puzzleIdentifierCount };
  const startedMs = performance.now();
  const recording = recordingOnThisDevice(experiment);
  const graphs = recordGraphs(experiment, specification, sizes.testExamples, recording);
  const recordingSeconds = (performance.now() - startedMs) / 1000;
  const gpuGraphs = recording.fusedLayers
    ? recordGraphs(experiment, specification, sizes.testExamples, recordingOnGpu)
    : graphs;
  const memory = estimateHostMemory(graphs, specification, processBytes);
  const gpuPeakBytes = estimateGpuMemory(gpuGraphs);
  return { experiment, sizes, specification, graphs, gpuGraphs, memory, gpuPeakBytes, recordingSeconds };
}

/** The sizes of the first dataset, with the puzzles of all. */
export function sizesOf({ dataset }: Experiment, folders: string[]): Prepared['sizes'] {
  const choices = [dataset, ...(dataset.alsoTrainOn ?? [])];
  const all = choices.map(({ name, build }, index) => {
    const existing = sizesOfFolder(folders[index] as string);
    if (existing !== null) return { ...existing, origin: 'dataset' as const };
    if (build === undefined) throw unknownSizes(name);
    const sizes = sizesOfBuild(build);
    return { ...sizes, origin: sizes.remark === null ? ('build' as const) : ('assumed' as const) };
  });
  const [first] = all as [Prepared['sizes'], ...Prepared['sizes'][]];
  // The blank identifier is shared.
  const puzzleIdentifierCount = all.reduce((sum, each) => sum + each.puzzleIdentifierCount - 1, 1);
  return { ...first, puzzleIdentifierCount };
}

function unknownSizes(name: string): UserError {
  return new UserError({
    what: `The dataset ${name} does not exist, so the sizes of its puzzles are not known`,
    where: 'dataset.build',
    expected: 'a dataset of this name, or a build section that says how it is made',
    remedy: `trm dataset build ${name}`,
  });
}

async function measure(
  { experiment, specification, sizes, memory }: Prepared,
  processBytes: number,
  context: JobContext,
) {
  if (memory.peakBytes > totalmem()) {
    throw new UserError({
      what: 'The experiment does not fit this machine, so no step of it can be measured here',
      where: 'training.batchSize',
      found: `an estimated ${Math.round(memory.peakBytes / 1e9)} GB, where the machine has ${Math.round(totalmem() / 1e9)} GB`,
      remedy:
        'lower training.batchSize, or raise training.microBatches; without --measure, trm estimate says how far',
    });
  }
  const heldBytes = process.memoryUsage.rss() - processBytes;
  const measured = await measureSteps(experiment, specification, sizes.testExamples, context);
  // What the estimate itself holds is no part of a training run.
  return { ...measured, peakBytes: measured.peakBytes - Math.max(0, heldBytes) };
}

function describe(
  prepared: Prepared,
  calibration: Calibration,
  measured: Awaited<ReturnType<typeof measureSteps>> | null,
  processBytes: number,
): EstimateResult {
  const { experiment, sizes, specification, graphs, recordingSeconds } = prepared;
  const { training } = experiment;
  const { reservedPeakBytes: _, ...memory } = { ...prepared.memory, gpuPeakBytes: prepared.gpuPeakBytes };
  const step = estimateStep(graphs.training, training.microBatches, calibration);
  const run = estimateRun(experiment, specification, graphs, sizes.testExamples, calibration);
  const fits = fitsOf(prepared, processBytes);
  return {
    name: experiment.name,
    device: deviceName(),
    library: calibration.library,
    sizes,
    parameters: countByPart(specification),
    step,
    memory,
    run,
    checkpointBytes: checkpointBytes(graphs.training, specification, training.ema),
    fits,
    recordingSeconds,
    measured:
      measured === null
        ? null
        : {
            ...measured,
            timeRatio: step.seconds === null ? null : measured.stepSeconds / step.seconds,
            memoryRatio: measured.peakBytes / memory.peakBytes,
          },
    remarks: [...evaluationRemarks(prepared, fits), ...remarksOf(experiment, calibration)],
  };
}

/** Whether the training fits this machine and a GPU, and what would. */
function fitsOf(prepared: Prepared, processBytes: number): EstimateResult['fits'] {
  const { experiment, specification, sizes, memory, gpuPeakBytes } = prepared;
  const { batchSize, microBatches } = experiment.training;
  const training = { experiment, specification, testExamples: sizes.testExamples, processBytes };
  const fit = (place: MemoryPlace, asItIsBytes: number) =>
    fitOf(place, experiment.training, (changed) =>
      changed.batchSize === batchSize && changed.microBatches === microBatches
        ? asItIsBytes
        : neededIn(place, training)(changed),
    );
  const thisMachine = { device: 'this machine', memoryBytes: totalmem() };
  return [
    fit({ ...thisMachine, onGpu: false, countsReserved: false }, memory.peakBytes),
    fit({ ...gpuWith48GB, onGpu: true, countsReserved: false }, gpuPeakBytes),
  ];
}

/** No smaller training batch helps where the evaluation is what does not fit. */
function evaluationRemarks(
  { experiment: { evaluation }, graphs, gpuGraphs }: Prepared,
  fits: EstimateResult['fits'],
): string[] {
  const needed = [graphs, gpuGraphs].map(evaluationBytes);
  return fits.flatMap(({ device, memoryBytes }, place) => {
    const bytes = needed[place] as number;
    if (bytes <= memoryBytes) return [];
    return [
      `Evaluation alone needs ${Math.round(bytes / 1e9)} GB, more than ${device} has: lower ` +
        `evaluation.batchSize (${evaluation.batchSize}).`,
    ];
  });
}

function remarksOf({ training }: Experiment, calibration: Calibration): string[] {
  const { library, loadPerCore } = calibration;
  const remarks = ['The time on a GPU needs a calibration on that GPU: run trm estimate there.'];
  if (wasBusy(calibration)) {
    remarks.push(
      `This device was timed while ${loadPerCore.toFixed(1)} programs wanted each core, so its times come from processor ` +
        'time and are less certain. trm estimate --calibrate times it again.',
    );
  }
  if (training.executor === 'eager' || !library.startsWith('tensorflow')) {
    remarks.push('Memory is that of the captured step; run eagerly, a step needs more.');
  }
  return remarks;
}
