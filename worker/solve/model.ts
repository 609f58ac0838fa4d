// An exported model in ONNX Runtime: opened, checked, and run one supervision step at a time.

import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelMetadata } from '../export/metadata.ts';
import { latentNames } from '../model/latents.ts';
import { tokenCount } from '../model/specification.ts';
import { nextName } from '../model/step.ts';
import { modelError, readModelFile } from './model-file.ts';

export interface ModelOptions {
  /** Threads of one run; 0 leaves it to ONNX Runtime, which takes one a core. */
  threads: number;
}

/** A model's latents by name, each [batch, tokens, hidden]. */
export type LatentArrays = Record<string, Float32Array>;

/** What goes into a step; the batch is whatever the lengths say. */
export interface StepInputs {
  /** Tokens, int32 [batch, cells] */
  inputs: Int32Array;
  /** [batch] */
  puzzleIdentifiers: Int32Array;
  latents: LatentArrays;
  /** [batch], 1 begins with the initial latents. */
  reset: Int32Array;
}

export interface StepOutputs {
  latents: LatentArrays;
  /** [batch, cells, vocabulary] */
  logits: Float32Array;
  /** [batch] */
  haltLogits: Float32Array;
  /** [batch] */
  continueLogits: Float32Array;
}

export interface OpenModel {
  path: string;
  metadata: ModelMetadata;
  cells: number;
  vocabulary: number;
  /** The names of the latents, the answer first. */
  latentNames: string[];
  /** Numbers in one puzzle's latent, tokens × hidden. */
  latentSize: number;
  step(inputs: StepInputs): Promise<StepOutputs>;
  close(): Promise<void>;
}

/** Latents to begin with: any would do, the first step puts the model's own in their place. */
export function emptyLatents({ latentNames: names, latentSize }: OpenModel, batch: number): LatentArrays {
  return Object.fromEntries(names.map((name) => [name, new Float32Array(batch * latentSize)]));
}

/** The outputs of a step by the names that they have in the graph. */
export function readStepOutputs(
  names: readonly string[],
  values: (name: string) => Float32Array,
): StepOutputs {
  return {
    latents: Object.fromEntries(names.map((name) => [name, values(nextName(name))])),
    logits: values('logits'),
    haltLogits: values('halt_logits'),
    continueLogits: values('continue_logits'),
  };
}

/** Opens the exported model at `path` on the CPU. @throws UserError when it is none, damaged or cannot be run */
export async function openModel(
  path: string,
  { threads }: ModelOptions = { threads: 0 },
): Promise<OpenModel> {
  const { bytes, metadata } = await readModelFile(path);
  const session = await createSession(bytes, threads, path);
  const { names, tokens, hidden } = checkSignature(session, metadata, path);
  const { sequenceLength: cells, vocabularySize: vocabulary } = metadata.sizes;
  return {
    path,
    metadata,
    cells,
    vocabulary,
    latentNames: names,
    latentSize: tokens * hidden,
    async step({ inputs, puzzleIdentifiers, latents, reset }) {
      const batch = reset.length;
      const latent = (name: string) =>
        new Tensor('float32', latents[name] as Float32Array, [batch, tokens, hidden]);
      const outputs = await session.run({
        inputs: new Tensor('int32', inputs, [batch, cells]),
        puzzle_identifiers: new Tensor('int32', puzzleIdentifiers, [batch]),
        ...Object.fromEntries(names.map((name) => [name, latent(name)])),
        reset: new Tensor('int32', reset, [batch]),
      });
      return readStepOutputs(names, (name) => outputs[name]?.data as Float32Array);
    },
    close: () => session.release(),
  };
}

async function createSession(bytes: Uint8Array, threads: number, path: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      // No other provider is asked for: one that is missing can end the process.
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(threads > 0 ? { intraOpNumThreads: threads } : {}),
    });
  } catch (error) {
    const found = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    throw modelError(
      path,
      'ONNX Runtime cannot open the model',
      found,
      'a model that `trm export` wrote',
      error,
    );
  }
}

/** Compares the session's inputs and outputs with what the metadata says, and reads off the size of the latents. */
function checkSignature(session: InferenceSession, metadata: ModelMetadata, path: string) {
  const { sequenceLength, vocabularySize } = metadata.sizes;
  const specification = { ...metadata.experiment.model, ...metadata.sizes };
  const [tokens, hidden] = [tokenCount(specification), specification.hiddenSize];
  const names = latentNames(specification);
  const latent = `float32 [batch, ${tokens}, ${hidden}]`;
  const expected = {
    inputs: `int32 [batch, ${sequenceLength}]`,
    puzzle_identifiers: 'int32 [batch]',
    ...Object.fromEntries(names.flatMap((name) => [name, nextName(name)]).map((name) => [name, latent])),
    reset: 'int32 [batch]',
    logits: `float32 [batch, ${sequenceLength}, ${vocabularySize}]`,
    halt_logits: 'float32 [batch]',
    continue_logits: 'float32 [batch]',
  };
  const found = Object.fromEntries([...session.inputMetadata, ...session.outputMetadata].map(describeValue));
  for (const [name, wanted] of Object.entries(expected)) {
    if (found[name] === wanted) continue;
    const what = 'The graph of the model does not take and give what it should';
    throw modelError(path, what, `${name}: ${found[name] ?? 'missing'}`, wanted);
  }
  return { names, tokens, hidden };
}

function describeValue(value: InferenceSession.ValueMetadata): [string, string] {
  if (!value.isTensor) return [value.name, 'no tensor'];
  return [value.name, `${value.type} [${value.shape.join(', ')}]`];
}
