// A worker process: does the one job that the engine sends it, reports what happens, and ends. When the engine
// is gone it ends too; what it had saved stays.

import { describeError, UserError } from '../common/errors.ts';
import {
  type JobKind,
  type JobResult,
  type JobSpec,
  type WorkerEvent,
  workerCommandSchema,
} from '../common/jobs.ts';
import { JobCancelled, type JobContext } from './job.ts';

const HEARTBEAT_MS = 2000;

/** Shortest time between two progress reports of one phase. */
const PROGRESS_MS = 100;

type RunJob = (spec: JobSpec, context: JobContext) => Promise<JobResult>;

/** Where each kind of job is done; loaded when needed, so that a dataset build loads no TensorFlow. */
const jobs: { [Kind in JobKind]: (device: string) => Promise<RunJob> } = {
  dataset: async () => asRunJob('dataset', (await import('./dataset/job.ts')).datasetJob),
  verify: async () => asRunJob('verify', (await import('./dataset/verify-job.ts')).verifyJob),
  train: async (device) =>
    asRunJob('train', (await withRuntime(() => import('./train/run.ts'), device)).trainJob),
  import: async () => asRunJob('import', (await import('./interchange/import.ts')).importJob),
  evaluate: async () =>
    asRunJob('evaluate', (await withRuntime(() => import('./evaluate/evaluate.ts'))).evaluateJob),
  export: async () => asRunJob('export', (await withRuntime(() => import('./export/export.ts'))).exportJob),
  estimate: async () => asRunJob('estimate', (await import('./estimate/estimate.ts')).estimateJob),
  profile: async () => asRunJob('profile', (await import('./profile/profile.ts')).profileJob),
  'export-weights': async () =>
    asRunJob('export-weights', (await import('./interchange/export-weights.ts')).exportWeightsJob),
  halting: async () => asRunJob('halting', (await import('./halting/halting.ts')).haltingJob),
  rollouts: async () => asRunJob('rollouts', (await import('./rollouts/rollouts.ts')).rolloutsJob),
  hybrid: async () => asRunJob('hybrid', (await import('./hybrid/hybrid.ts')).hybridJob),
  robustness: async () => asRunJob('robustness', (await import('./robustness/robustness.ts')).robustnessJob),
  'compare-llm': async () => asRunJob('compare-llm', (await import('./compare/compare.ts')).compareJob),
  bundle: async () => asRunJob('bundle', (await import('./bundle/bundle.ts')).bundleJob),
  device: async () => asRunJob('device', (await import('./export/device.ts')).deviceJob),
  solve: async () => asRunJob('solve', (await import('./solve/solve.ts')).solveJob),
};

function asRunJob<Kind extends JobKind>(
  kind: Kind,
  job: (spec: Extract<JobSpec, { kind: Kind }>, context: JobContext) => Promise<JobResult>,
): RunJob {
  return async (spec, context) => {
    if (spec.kind !== kind) throw new Error(`a job of kind ${spec.kind} was given to ${kind}`);
    return job(spec as Extract<JobSpec, { kind: Kind }>, context);
  };
}

/** Starts TensorFlow (or its replacement) before a module that computes is used. */
async function withRuntime<Module>(load: () => Promise<Module>, device = 'auto'): Promise<Module> {
  const { startRuntime } = await import('./runtime.ts');
  const { chosenGpu } = await import('./device.ts');
  const runtime = await startRuntime(device);
  const gpu = chosenGpu();
  const library =
    runtime.backend === 'tensorflow' ? `TensorFlow ${runtime.version}` : 'the WebAssembly backend';
  const name = gpu === null ? library : `${library} on GPU ${gpu.index}, ${gpu.name}`;
  if (runtime.reason === null) emit({ type: 'log', level: 'info', message: `Computing with ${name}` });
  else {
    const message = `Computing with ${name}, which is much slower than TensorFlow: ${runtime.reason}`;
    emit({ type: 'log', level: 'warning', message });
  }
  return load();
}

const stopping = new AbortController();

function emit(event: WorkerEvent): void {
  if (process.connected) process.send?.(event);
}

function createContext(): JobContext {
  let lastPhase = '';
  let lastReportMs = 0;
  return {
    emit,
    signal: stopping.signal,
    progress(phase, done, total, unit) {
      const nowMs = performance.now();
      if (phase === lastPhase && done < total && nowMs - lastReportMs < PROGRESS_MS) return;
      lastPhase = phase;
      lastReportMs = nowMs;
      emit({ type: 'progress', progress: { phase, done, total, unit, perSecond: null, remainingMs: null } });
    },
  };
}

async function runJob(spec: JobSpec): Promise<void> {
  try {
    const run = await jobs[spec.kind](spec.kind === 'train' ? spec.experiment.training.device : 'auto');
    emit({ type: 'result', result: await run(spec, createContext()) });
  } catch (error) {
    if (error instanceof JobCancelled) emit({ type: 'cancelled' });
    else {
      const stack = error instanceof Error && !(error instanceof UserError) ? (error.stack ?? null) : null;
      emit({ type: 'failed', error: describeError(error), stack });
    }
  }
  finish();
}

/** Ends once everything sent has left; native libraries would otherwise keep the process alive. */
function finish(): void {
  if (!process.connected) process.exit(0);
  process.disconnect();
}

process.on('message', (message) => {
  const command = workerCommandSchema.parse(message);
  if (command.type === 'start') void runJob(command.spec);
  else stopping.abort(new JobCancelled());
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole group; the engine decides what it means and tells the worker.
process.on('SIGINT', () => undefined);
setInterval(() => emit({ type: 'heartbeat', rssBytes: process.memoryUsage.rss() }), HEARTBEAT_MS).unref();
emit({ type: 'ready', processId: process.pid });
