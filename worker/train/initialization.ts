// What a run begins with when it is fine-tuned: the weights of a checkpoint of ours or of a file from elsewhere. Only
// weights are taken: the optimizer, the carry and the step are fresh. Everything must fit, but for the rows of the
// puzzle embeddings, which other puzzles need others of.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { InitializationSection } from '../../common/config/experiment.ts';
import { UserError } from '../../common/errors.ts';
import type { ElementType } from '../checkpoint/element-types.ts';
import { CHECKPOINT_FILE } from '../checkpoint/format.ts';
import { loadCheckpoint } from '../checkpoint/load.ts';
import { digestFile } from '../files.ts';
import { checkTensors } from '../interchange/check-tensors.ts';
import { finiteValues } from '../interchange/finite-values.ts';
import { renameTensors } from '../interchange/tensor-names.ts';
import { openWeightsFile } from '../interchange/weights-file.ts';
import { type ParameterShape, PUZZLE_TABLE } from '../model/parameters.ts';

type Shapes = ReadonlyMap<string, ParameterShape>;

interface SourceTensor {
  type: ElementType;
  shape: readonly number[];
  values(): Float32Array;
}

export interface Initialization {
  /** By the names of the model. */
  values: Map<string, Float32Array>;
  /** Rows that the table of puzzle embeddings had; null where it was taken as it is. */
  resizedFrom: number | null;
}

/**
 * The weights of `path`, a checkpoint's folder or a file of weights, for a model of these shapes.
 * @throws UserError when the source is not the one of the config any more, or lists every tensor that does not fit
 */
export async function loadInitialization(
  section: InitializationSection,
  path: string,
  shapes: Shapes,
): Promise<Initialization> {
  await requireSameSource(section, path);
  const isFolder = statSync(path).isDirectory();
  const source = isFolder ? await openCheckpoint(path, section.weights) : openFile(path);
  try {
    const resizedFrom = rowsToResize(source.tensors, shapes);
    requireFitting(source.tensors, shapes, path, resizedFrom !== null);
    const values = new Map<string, Float32Array>();
    for (const [name, { shape }] of shapes) {
      const found = source.tensors.get(name)?.values() ?? new Float32Array(0);
      const isResized = name === PUZZLE_TABLE && resizedFrom !== null;
      values.set(name, isResized ? meanRows(found, resizedFrom, shape) : found);
    }
    return { values, resizedFrom };
  } finally {
    source.close();
  }
}

interface Source {
  tensors: Map<string, SourceTensor>;
  close(): void;
}

async function openCheckpoint(folder: string, kind: 'ema' | 'raw'): Promise<Source> {
  const weights = await (await loadCheckpoint(folder)).weights(kind);
  const tensors = [...weights].map(([name, { shape, values }]): [string, SourceTensor] => [
    name,
    { type: 'F32', shape, values: () => values },
  ]);
  return { tensors: new Map(tensors), close: () => undefined };
}

function openFile(path: string): Source {
  const file = openWeightsFile(path);
  try {
    const { tensors } = renameTensors(file.tensors, path);
    const sources = [...tensors].map(([name, tensor]): [string, SourceTensor] => [
      name,
      { type: tensor.type, shape: tensor.shape, values: () => finiteValues(name, tensor, path) },
    ]);
    return { tensors: new Map(sources), close: file.close };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The rows of the source's table where the model needs another number of them, else null. */
function rowsToResize(tensors: ReadonlyMap<string, SourceTensor>, shapes: Shapes): number | null {
  const [rows, width] = tensors.get(PUZZLE_TABLE)?.shape ?? [];
  const expected = shapes.get(PUZZLE_TABLE)?.shape;
  if (rows === undefined || expected === undefined || rows === 0) return null;
  return width === expected[1] && rows !== expected[0] ? rows : null;
}

/** Every row becomes the mean of the old rows, as in the reference's load_checkpoint. */
function meanRows(
  table: Float32Array,
  rows: number,
  [newRows = 0, width = 0]: readonly number[],
): Float32Array {
  const mean = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++)
      mean[column] = at(mean, column) + at(table, row * width + column);
  }
  for (let column = 0; column < width; column++) mean[column] = at(mean, column) / rows;
  const resized = new Float32Array(newRows * width);
  for (let row = 0; row < newRows; row++) resized.set(mean, row * width);
  return resized;
}

function at(values: Float32Array | Float64Array, index: number): number {
  return values[index] as number;
}

function requireFitting(
  tensors: ReadonlyMap<string, SourceTensor>,
  shapes: Shapes,
  path: string,
  isTableResized: boolean,
): void {
  const expected = new Map(shapes);
  const table = tensors.get(PUZZLE_TABLE);
  const own = shapes.get(PUZZLE_TABLE);
  if (isTableResized && table && own) expected.set(PUZZLE_TABLE, { ...own, shape: [...table.shape] });
  checkTensors(tensors, expected, {
    what: 'The weights of initialization.from do not fit the model of this experiment',
    where: path,
    remedy:
      'give the model section the settings that the weights were trained with, and a dataset of their kind',
    explain: explainMisfit,
  });
}

function explainMisfit(name: string): string | undefined {
  if (name.includes('.mlp_t.')) {
    return 'mixing over tokens by an MLP rests on the number of tokens: use puzzles of the size that it was trained on';
  }
  if (/embed_tokens|lm_head/.test(name)) return 'the vocabulary must be the one that it was trained on';
  if (name.includes('embed_pos')) return 'learned positions rest on the number of tokens, as MLP mixing does';
  return undefined;
}

async function requireSameSource({ from, sha256 }: InitializationSection, path: string): Promise<void> {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, CHECKPOINT_FILE) : path;
  const found = await digestFile(file);
  if (sha256 === undefined || sha256 === found.sha256) return;
  throw new UserError({
    what: 'The weights that the run begins with are not those that its config names',
    where: file,
    found: `SHA-256 ${found.sha256}`,
    expected: `SHA-256 ${sha256}, as initialization.sha256 says`,
    remedy: `put back what ${from} was, or leave initialization.sha256 out in a new run`,
  });
}
