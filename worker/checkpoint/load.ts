// Reads checkpoints, believing nothing: the manifest's schema, each file's checksum, each tensor's name and shape.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Experiment } from '../../common/config/experiment.ts';
import { UserError } from '../../common/errors.ts';
import type { StoredHalting } from '../../common/halting/stored.ts';
import type { EvaluationResult } from '../../common/results.ts';
import { errorCode, withFileErrors } from '../files.ts';
import { parameterShapes } from '../model/parameters.ts';
import type { ModelSpecification } from '../model/specification.ts';
import {
  CHECKPOINT_FILE,
  type CheckpointManifest,
  checkpointManifestSchema,
  EMA_FILE,
  MODEL_FILE,
  TRAINING_FILE,
} from './format.ts';
import { readHalting } from './halting.ts';
import { decodeSafetensors, type StoredTensor } from './safetensors.ts';

export interface Checkpoint {
  folder: string;
  step: number;
  experiment: Experiment;
  specification: ModelSpecification;
  manifest: CheckpointManifest;
  dataset: CheckpointManifest['dataset'];
  evaluation: EvaluationResult | null;
  /** The rule that was chosen for it; null where none was. */
  halting: StoredHalting | null;
  /** All tensors of the model, averaged or as trained; `ema` falls back to the latter where there is no average. */
  weights(kind: 'ema' | 'raw'): Promise<Map<string, StoredTensor & { values: Float32Array }>>;
  /** Moments and carry, by their names in the training step's state. */
  trainingState(): Promise<Map<string, StoredTensor>>;
}

/** Opens a checkpoint. Tensors are read, checked and shaped when asked for. @throws UserError on any defect. */
export async function loadCheckpoint(folder: string): Promise<Checkpoint> {
  const manifest = await readManifest(folder);
  const specification = specificationOf(manifest);
  return {
    folder,
    step: manifest.step,
    experiment: manifest.experiment,
    specification,
    manifest,
    dataset: manifest.dataset,
    evaluation: manifest.evaluation,
    halting: await readHalting(folder),
    async weights(kind) {
      const file = kind === 'ema' && EMA_FILE in manifest.files ? EMA_FILE : MODEL_FILE;
      return checkWeights(await readTensors(folder, file, manifest), specification, join(folder, file));
    },
    trainingState: () => readTensors(folder, TRAINING_FILE, manifest),
  };
}

/** The model of a checkpoint or a dataset's part of one. */
export function specificationOf({
  experiment,
  dataset,
}: Pick<CheckpointManifest, 'experiment' | 'dataset'>): ModelSpecification {
  const { vocabularySize, sequenceLength, puzzleIdentifierCount } = dataset;
  return { ...experiment.model, vocabularySize, sequenceLength, puzzleIdentifierCount };
}

async function readManifest(folder: string): Promise<CheckpointManifest> {
  const path = join(folder, CHECKPOINT_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') {
      await withFileErrors('Cannot read the checkpoint', path, () => Promise.reject(error));
    }
    throw new UserError({
      what: 'There is no checkpoint here',
      where: folder,
      found: `no file ${CHECKPOINT_FILE}`,
      expected: 'a checkpoint folder of a run, such as runs/…/checkpoints/step-000000600',
      remedy: 'list the checkpoints of a run with `trm runs show RUN`',
    });
  }
  const parsed = checkpointManifestSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new UserError({
    what: 'The checkpoint description is damaged',
    where: path,
    found: z.prettifyError(parsed.error).split('\n').slice(0, 4).join(' '),
    expected: 'the description that was written with the checkpoint',
    remedy: 'use another checkpoint of the run',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readTensors(
  folder: string,
  name: string,
  manifest: CheckpointManifest,
): Promise<Map<string, StoredTensor>> {
  const path = join(folder, name);
  const bytes = await withFileErrors('Cannot read the checkpoint', path, () => readFile(path));
  const expected = manifest.files[name];
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (expected === undefined || bytes.length !== expected.sizeBytes || sha256 !== expected.sha256) {
    throw new UserError({
      what: 'The checkpoint is damaged: a file is not what was saved',
      where: path,
      found: `${bytes.length} bytes with SHA-256 ${sha256.slice(0, 16)}…`,
      expected: expected
        ? `${expected.sizeBytes} bytes with SHA-256 ${expected.sha256.slice(0, 16)}…`
        : `an entry for ${name} in ${CHECKPOINT_FILE}`,
      remedy: 'use another checkpoint of the run, or copy this one again from where it came',
    });
  }
  return decodeSafetensors(bytes, path).tensors;
}

function checkWeights(tensors: Map<string, StoredTensor>, specification: ModelSpecification, where: string) {
  const shapes = parameterShapes(specification);
  const checked = new Map<string, StoredTensor & { values: Float32Array }>();
  const fail = (found: string, expected: string) =>
    new UserError({
      what: 'The checkpoint does not fit its model',
      where,
      found,
      expected,
      remedy: 'use a checkpoint that was trained with this model and dataset',
    });
  for (const [name, { shape }] of shapes) {
    const tensor = tensors.get(name);
    const expected = `${name} of shape [${shape}]`;
    if (tensor === undefined) throw fail(`no ${name}`, expected);
    if (String(tensor.shape) !== String(shape)) throw fail(`${name} of shape [${tensor.shape}]`, expected);
    if (!(tensor.values instanceof Float32Array))
      throw fail(`${name} of whole numbers`, `${expected} of type F32`);
    checked.set(name, { shape, values: tensor.values });
  }
  const foreign = [...tensors.keys()].find((name) => !shapes.has(name));
  if (foreign !== undefined) throw fail(`a tensor ${foreign}`, 'the tensors of the model only');
  return checked;
}
