// An exported model in ONNX Runtime: opened, checked, and run one supervision step at a time.

import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ExecutionProvider } from '../../common/config/device.ts';
import { nextName, readStepOutputs, type StepModel } from '../../common/solving/step-model.ts';
import type { ModelMetadata } from '../export/metadata.ts';
import { latentNames } from '../model/latents.ts';
import { tokenCount } from '../model/specification.ts';
import { type ModelFile, modelError, readModelFile } from './model-file.ts';
import { requireProvider } from './providers.ts';

export interface ModelOptions {
  /** Threads of one run; 0 leaves it to ONNX Runtime, which takes one a core. */
  threads: number;
  /** What runs the model; tried in a child process first where it is not the CPU. */
  provider?: ExecutionProvider;
}

export interface OpenModel extends StepModel {
  metadata: ModelMetadata;
  close(): Promise<void>;
}

const defaultOptions: ModelOptions = { threads: 0 };

/** Opens the exported model at `path`. @throws UserError when it is none, damaged or cannot be run */
export async function openModel(path: string, options = defaultOptions): Promise<OpenModel> {
  return openModelBytes(await readModelFile(path), path, options);
}

/**
 * Opens a model that has been read or encoded; `path` stands for it in messages.
 * @throws UserError when ONNX Runtime cannot run it, or it is not what its metadata says
 */
export async function openModelBytes(
  { bytes, metadata }: ModelFile,
  path: string,
  { threads, provider = 'cpu' }: ModelOptions = defaultOptions,
): Promise<OpenModel> {
  await requireProvider(provider, bytes);
  const session = await createSession(bytes, threads, provider, path);
  const { names, tokens, hidden } = checkSignature(session, metadata, path);
  const { sequenceLength: cells, vocabularySize: vocabulary } = metadata.sizes;
  return {
    path,
    metadata,
    cells,
    vocabulary,
    tokenDistribution: metadata.experiment.training.answerLoss,
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

async function createSession(
  bytes: Uint8Array,
  threads: number,
  provider: ExecutionProvider,
  path: string,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: [provider],
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
