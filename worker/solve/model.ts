// An exported model in ONNX Runtime: opened, checked, and run one supervision step at a time.

import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelMetadata } from '../export/metadata.ts';
import { modelError, readModelFile } from './model-file.ts';

export interface ModelOptions {
  /** Threads of one run; 0 leaves it to ONNX Runtime, which takes one a core. */
  threads: number;
}

/** What goes into a step; the batch is whatever the lengths say. */
export interface StepInputs {
  /** Tokens, int32 [batch, cells] */
  inputs: Int32Array;
  /** [batch] */
  puzzleIdentifiers: Int32Array;
  /** [batch, tokens, hidden] */
  high: Float32Array;
  /** [batch, tokens, hidden] */
  low: Float32Array;
  /** [batch], 1 begins with the initial latents. */
  reset: Int32Array;
}

export interface StepOutputs {
  /** [batch, tokens, hidden] */
  high: Float32Array;
  /** [batch, tokens, hidden] */
  low: Float32Array;
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
  /** Numbers in one puzzle's latent, tokens × hidden. */
  latentSize: number;
  step(inputs: StepInputs): Promise<StepOutputs>;
  close(): Promise<void>;
}

/** The outputs of a step by the names that they have in the graph. */
export function readStepOutputs(values: (name: string) => Float32Array): StepOutputs {
  return {
    high: values('next_high'),
    low: values('next_low'),
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
  const { tokens, hidden } = checkSignature(session, metadata, path);
  const { sequenceLength: cells, vocabularySize: vocabulary } = metadata.sizes;
  return {
    path,
    metadata,
    cells,
    vocabulary,
    latentSize: tokens * hidden,
    async step({ inputs, puzzleIdentifiers, high, low, reset }) {
      const batch = reset.length;
      const latent = [batch, tokens, hidden];
      const outputs = await session.run({
        inputs: new Tensor('int32', inputs, [batch, cells]),
        puzzle_identifiers: new Tensor('int32', puzzleIdentifiers, [batch]),
        high: new Tensor('float32', high, latent),
        low: new Tensor('float32', low, latent),
        reset: new Tensor('int32', reset, [batch]),
      });
      return readStepOutputs((name) => outputs[name]?.data as Float32Array);
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
  const { hiddenSize, puzzleEmbeddingLength } = metadata.experiment.model;
  const [tokens, hidden] = [puzzleEmbeddingLength + sequenceLength, hiddenSize];
  const latent = `float32 [batch, ${tokens}, ${hidden}]`;
  const expected = {
    inputs: `int32 [batch, ${sequenceLength}]`,
    puzzle_identifiers: 'int32 [batch]',
    high: latent,
    low: latent,
    reset: 'int32 [batch]',
    next_high: latent,
    next_low: latent,
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
  return { tokens, hidden };
}

function describeValue(value: InferenceSession.ValueMetadata): [string, string] {
  if (!value.isTensor) return [value.name, 'no tensor'];
  return [value.name, `${value.type} [${value.shape.join(', ')}]`];
}
