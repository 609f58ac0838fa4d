// Fine-tuning: what is taken from where, the resized table of puzzle embeddings, and what does not fit.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeElements } from '../../../worker/checkpoint/element-types.ts';
import { encodeSafetensors, type StoredTensor } from '../../../worker/checkpoint/safetensors.ts';
import { encodeTorchFile } from '../../../worker/interchange/torch-writer.ts';
import { PUZZLE_TABLE, parameterShapes } from '../../../worker/model/parameters.ts';
import type { ModelSpecification } from '../../../worker/model/specification.ts';
import { loadInitialization } from '../../../worker/train/initialization.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { makeTinyCheckpoint } from '../export/tiny-checkpoint.ts';

const section = { from: 'somewhere', weights: 'ema' as const };

test('averaged or raw weights of a checkpoint', async (t) => {
  const { folder, specification, weights } = await makeTinyCheckpoint(temporaryFolder(t));
  const shapes = parameterShapes(specification);
  const expected = (factor: number) =>
    new Map(
      [...shapes.keys()].map((name) => [
        name,
        (weights[name] as Float32Array).map((value) => factor * value),
      ]),
    );
  const averaged = await loadInitialization(section, folder, shapes);
  const raw = await loadInitialization({ ...section, weights: 'raw' }, folder, shapes);
  assert.deepEqual(averaged, { values: expected(1), resizedFrom: null });
  assert.deepEqual(raw, { values: expected(0.5), resizedFrom: null });
});

/** Weights of a model in a file, each tensor filled with its number, the table with rows that count. */
async function writeWeights(
  t: test.TestContext,
  specification: ModelSpecification,
  format: 'pt' | 'safetensors',
) {
  const tensors = new Map(
    [...parameterShapes(specification)].map(([name, { shape }], index) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const values = Float32Array.from({ length: count }, (_, place) =>
        name === PUZZLE_TABLE ? place : index,
      );
      return [name, { shape, values }] satisfies [string, StoredTensor];
    }),
  );
  const path = join(temporaryFolder(t), `weights.${format}`);
  const pieces = format === 'pt' ? encodeTorchFile(tensors, path) : encodeSafetensors(tensors, {});
  writeFileSync(path, Buffer.concat(pieces));
  return { path, tensors };
}

for (const format of ['pt', 'safetensors'] as const) {
  test(`a table of other puzzles becomes the mean of its rows, from ${format}`, async (t) => {
    const { specification } = await makeTinyCheckpoint(temporaryFolder(t));
    const { path, tensors } = await writeWeights(t, { ...specification, puzzleIdentifierCount: 3 }, format);
    const shapes = parameterShapes({ ...specification, puzzleIdentifierCount: 2 });
    const { values, resizedFrom } = await loadInitialization(section, path, shapes);
    const width = specification.hiddenSize;
    const mean = Float32Array.from({ length: 2 * width }, (_, place) => width + (place % width));
    const expected = [...tensors].map(
      ([name, tensor]) => [name, name === PUZZLE_TABLE ? mean : tensor.values] as const,
    );
    assert.deepEqual([values, resizedFrom], [new Map(expected), 3]);
  });
}

test('a model of other puzzles is refused with the reason for each tensor', async (t) => {
  const { specification } = await makeTinyCheckpoint(temporaryFolder(t));
  const { path } = await writeWeights(t, { ...specification, layers: 1 }, 'pt');
  const shapes = parameterShapes({ ...specification, layers: 1, sequenceLength: 36, vocabularySize: 8 });
  await assert.rejects(loadInitialization(section, path, shapes), {
    message: [
      'The weights of initialization.from do not fit the model of this experiment',
      `  where:    ${path}`,
      '  found:    4 of 11 tensors that do not fit',
      '  expected: the 11 tensors of the model',
      '  to do:    give the model section the settings that the weights were trained with, and a dataset of their kind',
      '',
      '  model.inner.embed_tokens.embedding_weight has another shape',
      '    found:    shape [6,32] of type F32',
      '    expected: shape [8,32]',
      '    to do:    the vocabulary must be the one that it was trained on',
      '',
      '  model.inner.lm_head.weight has another shape',
      '    found:    shape [6,32] of type F32',
      '    expected: shape [8,32]',
      '    to do:    the vocabulary must be the one that it was trained on',
      '',
      '  model.inner.L_level.layers.0.mlp_t.gate_up_proj.weight has another shape',
      '    found:    shape [512,17] of type F32',
      '    expected: shape [512,37]',
      '    to do:    mixing over tokens by an MLP rests on the number of tokens: use puzzles of the size that it was trained on',
      '',
      '  model.inner.L_level.layers.0.mlp_t.down_proj.weight has another shape',
      '    found:    shape [17,256] of type F32',
      '    expected: shape [37,256]',
      '    to do:    mixing over tokens by an MLP rests on the number of tokens: use puzzles of the size that it was trained on',
    ].join('\n'),
  });
});

test('a source that is no longer the one of the frozen config', async (t) => {
  const { folder, specification } = await makeTinyCheckpoint(temporaryFolder(t));
  const sha256 = 'a'.repeat(64);
  await assert.rejects(
    loadInitialization({ ...section, sha256 }, folder, parameterShapes(specification)),
    /The weights that the run begins with are not those that its config names\n[\s\S]*expected: SHA-256 a{64}, as initialization.sha256 says\n {2}to do: {4}put back what somewhere was, or leave initialization.sha256 out in a new run$/,
  );
});

test('elements of every type are read as what the model computes with', () => {
  const bytes = (values: ArrayBufferView) =>
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  assert.deepEqual(decodeElements(bytes(Float64Array.of(0.1, -2)), 'F64'), Float32Array.of(0.1, -2));
  assert.deepEqual(
    decodeElements(bytes(Uint16Array.of(0x3c00, 0x8001, 0x7c00, 0xfbff)), 'F16'),
    Float32Array.of(1, -(2 ** -24), Number.POSITIVE_INFINITY, -65504),
  );
  assert.deepEqual(
    decodeElements(bytes(Uint16Array.of(0x3f80, 0xc049)), 'BF16'),
    Float32Array.of(1, -3.140625),
  );
  assert.deepEqual(decodeElements(bytes(BigInt64Array.of(5n, -6n)), 'I64'), Int32Array.of(5, -6));
  assert.deepEqual(decodeElements(Uint8Array.of(0, 1, 2), 'BOOL'), Int32Array.of(0, 1, 1));
});
