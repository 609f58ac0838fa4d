// A process of its own that opens a model and times it, one puzzle at a time. The request comes as JSON on standard input,
// the figures leave as a line of JSON. Nothing but ONNX Runtime and the recursion is loaded, so that its memory is that
// of the model.

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { InferenceSession } from 'onnxruntime-node';
import { parseHaltingRule } from '../../common/halting/rule.ts';
import { type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { runRecursion } from '../../common/solving/recursion.ts';
import { runStep, runWhole } from '../solve/session-run.ts';
import type { MeasureAnswer, MeasureRequest } from './measure.ts';

const request: MeasureRequest = JSON.parse(await text(process.stdin));
const before = memoryNow();
const puzzles: TokenPuzzles = {
  count: request.identifiers.length,
  inputs: Int32Array.from(request.inputs),
  identifiers: Int32Array.from(request.identifiers),
};
const openedMs = performance.now();
const session = await InferenceSession.create(request.file, {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
  intraOpNumThreads: request.threads,
  interOpNumThreads: 1,
});
const solve = request.form === 'loop' ? solveWhole : solveSteps;
await solve(takePuzzles(puzzles, 0, 1));
const coldStartMs = performance.now() - openedMs;

const latenciesMs: number[] = [];
let steps = 0;
const startedMs = performance.now();
for (let index = 0; index < puzzles.count; index++) {
  if (index > 0 && performance.now() - startedMs > request.budgetMs) break;
  const beginMs = performance.now();
  steps += await solve(takePuzzles(puzzles, index, 1));
  latenciesMs.push(performance.now() - beginMs);
}
const answer: MeasureAnswer = {
  coldStartMs,
  latenciesMs,
  steps: steps / latenciesMs.length,
  peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  runtimeMemoryBytes: before.residentBytes,
  reservedBytes: before.reservedBytes,
};
process.stdout.write(`${JSON.stringify(answer)}\n`);

async function solveSteps(puzzle: TokenPuzzles): Promise<number> {
  const { latentNames, tokens, hidden, cells, vocabulary, tokenDistribution, file: path } = request;
  const latentSize = tokens * hidden;
  const shape = { ...request, cells, vocabulary };
  const model = { path, cells, vocabulary, tokenDistribution, latentNames, latentSize };
  const step = (inputs: Parameters<typeof runStep>[2]) => runStep(session, shape, inputs);
  const options = { maximumSteps: request.maximumSteps, rule: parseHaltingRule(request.halting) };
  let taken = 0;
  for await (const { signals } of runRecursion({ ...model, step }, puzzle, options)) taken = signals.step;
  return taken;
}

async function solveWhole(puzzle: TokenPuzzles): Promise<number> {
  const { steps: taken } = await runWhole(session, request, puzzle);
  return taken[0] ?? 0;
}

/** What the process holds now, and of what it may write how much it has reserved; null where the platform does not say. */
function memoryNow(): { residentBytes: number; reservedBytes: number | null } {
  const residentBytes = process.memoryUsage.rss();
  if (process.platform !== 'linux') return { residentBytes, reservedBytes: null };
  const [, kilobytes] = /^VmData:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return { residentBytes, reservedBytes: kilobytes === undefined ? null : Number(kilobytes) * 1024 };
}
