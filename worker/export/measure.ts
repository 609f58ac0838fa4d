// Times a model in a fresh process of its own, with limited threads and, where the platform can, limited memory.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { GraphForm } from '../../common/config/precision.ts';
import type { DeviceFigure } from '../../common/device-figures.ts';
import type { TokenPuzzles } from '../../common/solving/puzzles.ts';
import type { TokenDistribution } from '../../common/solving/step-model.ts';
import { latentNames } from '../model/latents.ts';
import { tokenCount } from '../model/specification.ts';
import { limitMemory, noLimit } from './memory-limit.ts';
import type { ModelMetadata } from './metadata.ts';

/** What the process is told. */
export interface MeasureRequest {
  file: string;
  form: GraphForm;
  threads: number;
  cells: number;
  vocabulary: number;
  tokenDistribution: TokenDistribution;
  latentNames: string[];
  tokens: number;
  hidden: number;
  batch: number | null;
  maximumSteps: number;
  halting: string;
  inputs: number[];
  identifiers: number[];
  /** No further puzzle is begun after this. */
  budgetMs: number;
}

/** What it answers. */
export interface MeasureAnswer {
  coldStartMs: number;
  latenciesMs: number[];
  steps: number;
  peakMemoryBytes: number;
  runtimeMemoryBytes: number;
  /** Memory that it could write to before it opened the model, used or not; null where the platform does not say. */
  reservedBytes: number | null;
}

export interface MeasureOptions {
  threads: number;
  /** Null without a limit. */
  memoryMb: number | null;
  puzzles: TokenPuzzles;
  origin: DeviceFigure['origin'];
  signal: AbortSignal;
}

/** Puzzles are timed for this long at most, and the whole process may take this long. */
const BUDGET_MS = 10_000;
const TIMEOUT_MS = 10 * 60_000;

/** Times the model; a model that does not run within the limits gives a figure with the reason. */
export async function measureModel(
  file: string,
  metadata: ModelMetadata,
  { threads, memoryMb, puzzles, origin, signal }: MeasureOptions,
): Promise<DeviceFigure> {
  const request = requestOf(file, metadata, puzzles, threads);
  const limit = memoryMb === null ? noLimit : await limitMemory(memoryMb, () => reserveOf(request, signal));
  const outcome = await runProcess(request, signal, limit.wrap).finally(limit.done);
  const answer = 'answer' in outcome ? outcome.answer : null;
  const sorted = answer?.latenciesMs.toSorted((one, other) => one - other) ?? [];
  return {
    source: 'measured',
    origin,
    device: `${cpus()[0]?.model.trim() || 'unknown processor'}, ${process.platform} ${process.arch}`,
    runtime: `onnxruntime-node ${await runtimeVersion()} (Node ${process.versions.node})`,
    threads,
    memoryLimitMb: memoryMb,
    memoryLimitedBy: limit.by,
    failure: 'failure' in outcome ? outcome.failure : null,
    coldStartMs: answer?.coldStartMs ?? null,
    latencyMsP50: answer && quantile(sorted, 0.5),
    latencyMsP95: answer && quantile(sorted, 0.95),
    peakMemoryBytes: answer?.peakMemoryBytes ?? null,
    runtimeMemoryBytes: answer?.runtimeMemoryBytes ?? null,
    puzzles: sorted.length,
    steps: answer?.steps ?? null,
    energy: null,
    time: new Date().toISOString(),
  };
}

/** The smallest value that at least that share of the sorted values does not exceed. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function requestOf(
  file: string,
  metadata: ModelMetadata,
  puzzles: TokenPuzzles,
  threads: number,
): MeasureRequest {
  const { sizes, experiment, form, batch, maximumSteps, halting } = metadata;
  const specification = { ...experiment.model, ...sizes };
  return {
    file,
    form,
    threads,
    cells: sizes.sequenceLength,
    vocabulary: sizes.vocabularySize,
    tokenDistribution: experiment.training.answerLoss,
    latentNames: latentNames(specification),
    tokens: tokenCount(specification),
    hidden: specification.hiddenSize,
    batch,
    maximumSteps,
    halting,
    inputs: Array.from(puzzles.inputs),
    identifiers: Array.from(puzzles.identifiers),
    budgetMs: BUDGET_MS,
  };
}

/** Memory that the runtime reserves without using it. */
async function reserveOf(request: MeasureRequest, signal: AbortSignal): Promise<number | null> {
  const outcome = await runProcess({ ...request, budgetMs: 0 }, signal, noLimit.wrap);
  if (!('answer' in outcome) || outcome.answer.reservedBytes === null) return null;
  return Math.max(0, outcome.answer.reservedBytes - outcome.answer.runtimeMemoryBytes);
}

type Outcome = { answer: MeasureAnswer } | { failure: string };

function runProcess(
  request: MeasureRequest,
  signal: AbortSignal,
  wrap: (command: string[]) => string[],
): Promise<Outcome> {
  const command = [process.execPath, join(import.meta.dirname, 'measure-process.ts')];
  const [program = '', ...args] = wrap(command);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: TIMEOUT_MS, signal });
  let [output, trouble] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    trouble = (trouble + data.toString()).slice(-20_000);
  });
  // A process that ends at once closes its input; its end says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(request));
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      signal.aborted ? reject(signal.reason) : resolve({ failure: error.message }),
    );
    child.on('close', (code, endedBy) => {
      if (signal.aborted) return reject(signal.reason);
      resolve(code === 0 ? { answer: JSON.parse(output) } : { failure: explainEnd(trouble, code, endedBy) });
    });
  });
}

function explainEnd(trouble: string, code: number | null, endedBy: NodeJS.Signals | null): string {
  if (
    endedBy === 'SIGKILL' ||
    /heap out of memory|bad_alloc|allocation fail|ENOMEM|Fatal.*memory/i.test(trouble)
  ) {
    return 'out of memory';
  }
  const said = /Error: (.*)/.exec(trouble)?.[1]?.trim();
  return said ?? `the process ended with ${endedBy ?? `exit code ${code}`}`;
}

async function runtimeVersion(): Promise<string> {
  const file = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const { version } = JSON.parse(await readFile(file, 'utf8'));
  return String(version);
}
