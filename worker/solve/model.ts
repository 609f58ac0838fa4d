// An exported model in ONNX Runtime: opened, checked, and run one supervision step at a time.

import { InferenceSession } from 'onnxruntime-node';
import type { ExecutionProvider } from '../../common/config/device.ts';
import { UserError } from '../../common/errors.ts';
import type { TokenPuzzles } from '../../common/solving/puzzles.ts';
import { nextName, type StepModel } from '../../common/solving/step-model.ts';
import type { ModelMetadata } from '../export/metadata.ts';
import { latentNames } from '../model/latents.ts';
import { tokenCount } from '../model/specification.ts';
import { type ModelFile, modelError, readModelFile } from './model-file.ts';
import { requireProvider } from './providers.ts';
import { runStep, runWhole, type StepShape, type WholeAnswers } from './session-run.ts';

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
  if (metadata.form === 'loop') throw onlyAnswers(path);
  await requireProvider(provider, bytes);
  const session = await createSession(bytes, threads, provider, path);
  const shape = checkSignature(session, metadata, path);
  return {
    path,
    metadata,
    cells: shape.cells,
    vocabulary: shape.vocabulary,
    tokenDistribution: metadata.experiment.training.answerLoss,
    latentNames: shape.latentNames,
    latentSize: shape.tokens * shape.hidden,
    step: (inputs) => runStep(session, shape, inputs),
    close: () => session.release(),
  };
}

/** A self-contained model: answers without steps. */
export interface WholeModel {
  path: string;
  metadata: ModelMetadata;
  solve(puzzles: TokenPuzzles): Promise<WholeAnswers>;
  close(): Promise<void>;
}

/** Opens a self-contained graph that has been read. @throws UserError when it is none or cannot be run */
export async function openWholeModel(
  { bytes, metadata }: ModelFile,
  path: string,
  { threads, provider = 'cpu' }: ModelOptions = defaultOptions,
): Promise<WholeModel> {
  await requireProvider(provider, bytes);
  const session = await createSession(bytes, threads, provider, path);
  const { sequenceLength: cells } = metadata.sizes;
  const size = metadata.batch ?? 'batch';
  requireValues(session, path, {
    inputs: `int32 [${size}, ${cells}]`,
    puzzle_identifiers: `int32 [${size}]`,
    answer: `int32 [${size}, ${cells}]`,
    steps: `int32 [${size}]`,
    halt_probability: `float32 [${size}]`,
  });
  return {
    path,
    metadata,
    solve: (puzzles) => runWhole(session, { cells, batch: metadata.batch }, puzzles),
    close: () => session.release(),
  };
}

function onlyAnswers(path: string): UserError {
  return new UserError({
    what: 'The model gives answers only, and this needs its single steps',
    where: path,
    found: 'a self-contained graph (form loop)',
    expected: 'a step graph',
    remedy: 'use the export without --form loop, or the run that it comes from',
  });
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

/** Compares the session's inputs and outputs with what the metadata says, and reads off their sizes. */
function checkSignature(session: InferenceSession, metadata: ModelMetadata, path: string): StepShape {
  const { sequenceLength: cells, vocabularySize: vocabulary } = metadata.sizes;
  const specification = { ...metadata.experiment.model, ...metadata.sizes };
  const [tokens, hidden] = [tokenCount(specification), specification.hiddenSize];
  const names = latentNames(specification);
  const batch = metadata.batch ?? 'batch';
  const latent = `float32 [${batch}, ${tokens}, ${hidden}]`;
  requireValues(session, path, {
    inputs: `int32 [${batch}, ${cells}]`,
    puzzle_identifiers: `int32 [${batch}]`,
    ...Object.fromEntries(names.flatMap((name) => [name, nextName(name)]).map((name) => [name, latent])),
    reset: `int32 [${batch}]`,
    logits: `float32 [${batch}, ${cells}, ${vocabulary}]`,
    halt_logits: `float32 [${batch}]`,
    continue_logits: `float32 [${batch}]`,
  });
  return { cells, vocabulary, latentNames: names, tokens, hidden, batch: metadata.batch };
}

function requireValues(session: InferenceSession, path: string, expected: Record<string, string>): void {
  const found = Object.fromEntries([...session.inputMetadata, ...session.outputMetadata].map(describeValue));
  for (const [name, wanted] of Object.entries(expected)) {
    if (found[name] === wanted) continue;
    const what = 'The graph of the model does not take and give what it should';
    throw modelError(path, what, `${name}: ${found[name] ?? 'missing'}`, wanted);
  }
}

function describeValue(value: InferenceSession.ValueMetadata): [string, string] {
  if (!value.isTensor) return [value.name, 'no tensor'];
  return [value.name, `${value.type} [${value.shape.join(', ')}]`];
}
