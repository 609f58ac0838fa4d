// The web worker that computes, so that the page stays responsive: opens a model, falls back where a provider fails,
// and sends every supervision step of a puzzle as it comes.

import { parseHaltingRule } from '../../../common/halting/rule.ts';
import { joinPuzzles } from '../../../common/solving/puzzles.ts';
import { runRecursion } from '../../../common/solving/recursion.ts';
import type { StepModel } from '../../../common/solving/step-model.ts';
import { createDomain } from '../domains/table.ts';
import { downloadModel } from './download.ts';
import type { OpenedModel, OpenRequest, Request, Response, SolveRequest } from './messages.ts';
import { openStepModel } from './open-model.ts';
import { firstLine, TroubleError } from './trouble.ts';

interface Open {
  model: StepModel;
  request: OpenRequest;
}

let opening: Promise<Open> | null = null;
/** The newest request; steps of an older one are not computed further. */
let current = 0;

function send(response: Response): void {
  self.postMessage(response);
}

async function open(request: OpenRequest): Promise<Open> {
  const startedMs = performance.now();
  const { model } = request;
  const totalBytes = model.sizeBytes;
  const bytes = await downloadModel(model, request.rootUrl, (loadedBytes) =>
    send({ type: 'loading', loadedBytes, totalBytes }),
  );
  const { stepModel, provider, fallback } = await openWithFirst(bytes, request);
  const openMs = performance.now() - startedMs;
  const threads = provider === 'wasm' ? request.threads : 1;
  const opened: OpenedModel = { provider, threads, openMs, fallback };
  send({ type: 'opened', opened });
  return { model: stepModel, request };
}

/** The first provider that not only opens the model but computes a step with it. */
async function openWithFirst(bytes: Uint8Array, request: OpenRequest) {
  let fallback: string | null = null;
  for (const [index, provider] of request.providers.entries()) {
    try {
      if (provider === 'webgpu') await requireAdapter(request.model.file);
      const stepModel = await openStepModel(bytes, request, provider);
      await tryStep(stepModel, request);
      return { stepModel, provider, fallback };
    } catch (error) {
      if (index + 1 === request.providers.length) throw error;
      fallback = error instanceof TroubleError ? error.trouble.found : firstLine(error);
    }
  }
  throw new Error('no provider was asked for');
}

/** Before 27 MB are loaded for nothing. */
async function requireAdapter(file: string): Promise<void> {
  const found: unknown = 'gpu' in navigator ? await (navigator as GpuNavigator).gpu.requestAdapter() : null;
  if (found === null) throw new TroubleError({ kind: 'model-unusable', file, found: 'no adapter' });
}

/** As much of WebGPU as is asked for here. */
type GpuNavigator = Navigator & { gpu: { requestAdapter(): Promise<object | null> } };

async function tryStep(model: StepModel, { model: { file } }: OpenRequest): Promise<void> {
  const puzzles = joinPuzzles([new Int32Array(model.cells)]);
  for await (const { confidences } of runRecursion(model, puzzles, { maximumSteps: 1, rule: null })) {
    if (confidences.every(Number.isFinite)) continue;
    throw new TroubleError({ kind: 'model-unusable', file, found: 'NaN' });
  }
}

async function solve({ request, puzzle, identifier, maximumSteps, rule }: SolveRequest): Promise<void> {
  current = request;
  if (opening === null) return;
  const { model, request: opened } = await opening;
  const domain = createDomain(opened.model);
  const puzzles = { ...joinPuzzles([puzzle]), identifiers: Int32Array.of(identifier) };
  const options = {
    maximumSteps,
    rule: rule === null ? null : parseHaltingRule(rule),
    check: (_row: number, answer: Int32Array) => domain.check(puzzle, answer).valid,
  };
  for await (const step of runRecursion(model, puzzles, options)) {
    if (current !== request) return;
    send({ type: 'step', request, step });
  }
  send({ type: 'done', request });
}

function report(error: unknown): void {
  const file = 'worker';
  const trouble =
    error instanceof TroubleError
      ? error.trouble
      : ({ kind: 'computing-failed', file, found: firstLine(error) } as const);
  send({ type: 'failed', trouble });
}

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.type === 'stop') current = -1;
  else if (data.type === 'solve') void solve(data).catch(report);
  else {
    opening = open(data);
    opening.catch(report);
  }
});
