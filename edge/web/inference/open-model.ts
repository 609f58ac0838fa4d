// A bundled model in ONNX Runtime for the web, as the step model that the recursion runs.

import type * as Runtime from 'onnxruntime-web';
import { type BundleModel, type WebProvider, webRuntimeFiles } from '../../../common/bundle.ts';
import { nextName, readStepOutputs, type StepModel } from '../../../common/solving/step-model.ts';
import type { OpenRequest } from './messages.ts';
import { firstLine, TroubleError } from './trouble.ts';

/**
 * Opens the model with a provider.
 * @throws TroubleError when ONNX Runtime is not there, or cannot run the model with it
 */
export async function openStepModel(
  bytes: Uint8Array,
  { model, runtimeUrl, threads }: OpenRequest,
  provider: WebProvider,
): Promise<StepModel> {
  const runtime = await loadRuntime(provider, runtimeUrl, threads);
  const session = await createSession(runtime, bytes, model, provider, runtimeUrl);
  return stepModelOf(runtime, session, model);
}

async function loadRuntime(
  provider: WebProvider,
  runtimeUrl: string,
  threads: number,
): Promise<typeof Runtime> {
  const { script, loader, binary } = webRuntimeFiles[provider];
  const addressOf = (file: string) => new URL(file, runtimeUrl).href;
  try {
    // An address that is known when the page runs only: ONNX Runtime is no part of the app's own files.
    const runtime: typeof Runtime = await import(/* @vite-ignore */ addressOf(script));
    runtime.env.wasm.wasmPaths = { mjs: addressOf(loader), wasm: addressOf(binary) };
    runtime.env.wasm.numThreads = threads;
    runtime.env.logLevel = 'error';
    return runtime;
  } catch (error) {
    throw new TroubleError({ kind: 'runtime-missing', file: script, found: firstLine(error) });
  }
}

async function createSession(
  runtime: typeof Runtime,
  bytes: Uint8Array,
  { file }: BundleModel,
  provider: WebProvider,
  runtimeUrl: string,
): Promise<Runtime.InferenceSession> {
  try {
    return await runtime.InferenceSession.create(bytes, {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
    });
  } catch (error) {
    const { binary } = webRuntimeFiles[provider];
    const answer = await fetch(new URL(binary, runtimeUrl), { method: 'HEAD' }).catch(() => null);
    if (answer?.ok === true) {
      throw new TroubleError({ kind: 'model-unusable', file, found: firstLine(error) });
    }
    throw new TroubleError({ kind: 'runtime-missing', file: binary, found: `${answer?.status ?? ''}` });
  }
}

function stepModelOf(
  runtime: typeof Runtime,
  session: Runtime.InferenceSession,
  model: BundleModel,
): StepModel {
  const { file, latents, gridRows, gridColumns, tokens } = model;
  const { names, tokens: latentTokens, hidden } = latents;
  requireNames(session, names, file);
  const cells = gridRows * gridColumns;
  const vocabulary = tokens.length;
  return {
    path: file,
    cells,
    vocabulary,
    tokenDistribution: model.tokenDistribution,
    latentNames: names,
    latentSize: latentTokens * hidden,
    async step({ inputs, puzzleIdentifiers, latents: given, reset }) {
      const batch = reset.length;
      const latent = (name: string) =>
        new runtime.Tensor('float32', given[name] as Float32Array, [batch, latentTokens, hidden]);
      const outputs = await session.run({
        inputs: new runtime.Tensor('int32', inputs, [batch, cells]),
        puzzle_identifiers: new runtime.Tensor('int32', puzzleIdentifiers, [batch]),
        ...Object.fromEntries(names.map((name) => [name, latent(name)])),
        reset: new runtime.Tensor('int32', reset, [batch]),
      });
      return readStepOutputs(names, (name) => outputs[name]?.data as Float32Array);
    },
  };
}

function requireNames(session: Runtime.InferenceSession, latents: readonly string[], file: string): void {
  const wanted = [
    ...['inputs', 'puzzle_identifiers', 'reset', ...latents],
    ...['logits', 'halt_logits', 'continue_logits', ...latents.map(nextName)],
  ];
  const found = new Set([...session.inputNames, ...session.outputNames]);
  const missing = wanted.filter((name) => !found.has(name));
  if (missing.length === 0) return;
  throw new TroubleError({ kind: 'model-unusable', file, found: `– ${missing.join(', ')}` });
}
