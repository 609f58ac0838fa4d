// A worker that speaks the message protocol and computes nothing: what it does stands in words in the job, such
// as `crash at 7`. It keeps a run's folder as the real one does, so that the engine is tested on real files.

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type {
  JobResult,
  JobSpec,
  JobSpecOf,
  RunEvent,
  WorkerCommand,
  WorkerEvent,
} from '../../common/jobs.ts';
import { sampleEstimate } from './sample-estimate.ts';
import { sampleProfile } from './sample-profile.ts';
import { sampleRobustness } from './sample-robustness.ts';
import { sampleCard, sampleEvaluation, sampleExport } from './samples.ts';

let stopRequested = false;

function emit(event: WorkerEvent): void {
  process.send?.(event);
}

async function work(spec: JobSpec): Promise<JobResult | null> {
  if (spec.kind === 'train') return await train(spec);
  if (spec.kind === 'dataset') return await buildDataset(spec);
  if (spec.kind === 'solve') return await solve(spec);
  if (spec.kind === 'verify') return verify(spec);
  if (spec.kind === 'evaluate')
    return { kind: 'evaluate', ...sampleEvaluation(stepOf(spec.checkpointFolder)) };
  if (spec.kind === 'estimate') {
    const estimates = spec.experiments.map(({ experiment }) => sampleEstimate(experiment.name));
    return { kind: 'estimate', estimates };
  }
  if (spec.kind === 'profile') {
    return { kind: 'profile', ...sampleProfile(spec.experiment?.name ?? 'checkpoint', spec.traceFile) };
  }
  if (spec.kind === 'robustness') return { kind: 'robustness', ...sampleRobustness(spec.label, spec.seed) };
  if (spec.kind !== 'export') throw new Error(`the scripted worker does no ${spec.kind}`);
  mkdirSync(dirname(spec.outputFile), { recursive: true });
  writeFileSync(spec.outputFile, 'onnx');
  return { kind: 'export', ...sampleExport(spec.outputFile) };
}

/** Loss at step s is 1/s. A checkpoint each 5 steps, an evaluation each 10. */
async function train(spec: JobSpecOf<'train'>): Promise<JobResult | null> {
  const { runFolder, experiment } = spec;
  const behaviour = experiment.description;
  const log = join(runFolder, 'events.jsonl');
  const checkpoints = join(runFolder, 'checkpoints');
  mkdirSync(checkpoints, { recursive: true });
  const record = (event: RunEvent) => appendFileSync(log, `${JSON.stringify(event)}\n`);
  const tell = (event: RunEvent & WorkerEvent) => {
    record(event);
    emit(event);
  };
  const segment = existsSync(log) ? readFileSync(log, 'utf8').split('"type":"segment"').length : 1;
  const fromStep = Math.max(0, ...readdirSync(checkpoints).map(stepOf));
  if (existsSync(log) && !readFileSync(log, 'utf8').endsWith('\n')) appendFileSync(log, '\n');
  const save = (step: number) => {
    const folder = join(checkpoints, `step-${step}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'state'), 'x'.repeat(step));
    tell({ type: 'checkpoint', segment, step, folder, sizeBytes: step, best: step % 10 === 0 });
  };

  tell({
    type: 'segment',
    segment,
    fromStep,
    executor: 'scripted',
    time: new Date().toISOString(),
  } as RunEvent & WorkerEvent);
  let step = fromStep;
  while (step < experiment.training.steps && !stopRequested) {
    step += 1;
    const metric = { step, values: { loss: 1 / step } };
    record({ type: 'metric', segment, elapsedMs: step * 10, ...metric });
    if (segment === 1) await misbehave(behaviour, step, log);
    emit({ type: 'metrics', segment, metrics: [metric] });
    if (step % 10 === 0) tell({ type: 'evaluation', segment, step, result: sampleEvaluation(step) });
    if (step % 5 === 0) save(step);
    if (behaviour.startsWith('slow')) await sleep(5);
  }
  const finished = step === experiment.training.steps;
  if (!finished) save(step);
  record({ type: 'end', outcome: finished ? 'finished' : 'stopped', time: new Date().toISOString() });
  const lastCheckpoint = join(checkpoints, `step-${step}`);
  const evaluation = sampleEvaluation(step);
  return {
    kind: 'train',
    steps: step,
    finished,
    trainingMs: step * 10,
    evaluation,
    bestCheckpoint: null,
    lastCheckpoint,
  };
}

/** `crash at N`, `exit at N`, `fail at N`, `malformed at N`, `deaf at N`, `freeze at N` */
async function misbehave(behaviour: string, step: number, log: string): Promise<void> {
  const [, what, at] = /^(\w+) at (\d+)$/.exec(behaviour) ?? [];
  if (Number(at) !== step) return;
  if (what === 'crash') {
    appendFileSync(log, '{"type":"metric","segm');
    console.error('the worker is about to die');
    process.kill(process.pid, 'SIGKILL');
  }
  if (what === 'exit') {
    console.error('a native library ended the process');
    process.exit(3);
  }
  if (what === 'fail') throw new Error('the disk is made of cheese');
  if (what === 'malformed') process.send?.({ type: 'metrics', metrics: 'many' });
  if (what === 'deaf') await new Promise(() => setInterval(() => {}, 1000));
  if (what === 'freeze') clearInterval(heartbeat);
  if (what === 'freeze') await new Promise(() => setInterval(() => {}, 3_600_000));
}

async function buildDataset({ name, folder, build }: JobSpecOf<'dataset'>): Promise<JobResult | null> {
  const behaviour = build.kind === 'sudoku-csv' ? build.source : '';
  if (behaviour === 'fail') throw new Error('there is no such file');
  while (behaviour === 'wait' && !stopRequested) await sleep(5);
  if (stopRequested) return null;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const card = sampleCard(name, build);
  writeFileSync(join(folder, 'card.json'), JSON.stringify(card));
  const [trainPuzzles, testPuzzles] = [card.splits.train.puzzles, card.splits.test.puzzles];
  return { kind: 'dataset', name, folder, digest: card.digest, trainPuzzles, testPuzzles, elapsedMs: 1 };
}

/** A dataset called `damaged` fails. */
function verify({ name, folder, sampleSize }: JobSpecOf<'verify'>): JobResult {
  const passed = name !== 'damaged';
  const checks = [
    { name: 'Checksums', result: '13 files compared with the card; none is wrong.', passed: true },
    { name: 'One solution', result: `${sampleSize} puzzles solved.`, passed },
  ];
  return { kind: 'verify', name, folder, passed, digest: 'd'.repeat(64), checks, elapsedMs: 1000 };
}

async function solve({
  puzzles,
  text,
  halting,
  maximumSteps,
}: JobSpecOf<'solve'>): Promise<JobResult | null> {
  const fromText = text?.split('\n').map((line) => line.trim()) ?? [];
  const given = [...puzzles, ...fromText.filter((line) => line !== '' && !line.startsWith('#'))];
  const solved = given.map((question, puzzle) => {
    const answer = question.replaceAll('.', '1');
    const steps = 1;
    const signals = { haltProbability: 0.9, changedCells: 1, latentResidual: null, confidence: 0.8 };
    emit({ type: 'solved-step', solved: { puzzle, step: 1, answer, ...signals, halted: true } });
    return { puzzle, question, answer, steps, haltProbability: 0.9, valid: true };
  });
  const count = solved.length;
  return {
    kind: 'solve',
    halting: halting ?? 'q>=0.5',
    maximumSteps,
    puzzlesTried: count,
    puzzlesSolved: count,
    puzzles: solved,
    meanSteps: 1,
    elapsedMs: 5,
  };
}

function stepOf(folder: string): number {
  return Number(/(\d+)$/.exec(folder)?.[1] ?? 0);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const heartbeat = setInterval(() => emit({ type: 'heartbeat', rssBytes: 1 }), 200);
process.on('disconnect', () => process.exit(0));
process.on('message', async (command: WorkerCommand) => {
  if (command.type === 'stop') {
    stopRequested = true;
    return;
  }
  emit({ type: 'ready', processId: process.pid });
  try {
    const result = await work(command.spec);
    emit(result === null ? { type: 'cancelled' } : { type: 'result', result });
  } catch (error) {
    const [what, stack] =
      error instanceof Error ? [error.message, error.stack ?? null] : [String(error), null];
    emit({ type: 'failed', error: { what }, stack });
  }
  process.disconnect();
  clearInterval(heartbeat);
});
