// PyTorch files: those that PyTorch itself wrote (test/golden/torch/make.py), hostile and broken ones, and our own.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { UserError } from '../../../common/errors.ts';
import { decodeSafetensors } from '../../../worker/checkpoint/safetensors.ts';
import { writeStateDictPickle } from '../../../worker/interchange/pickle-writer.ts';
import { encodeTorchFile } from '../../../worker/interchange/torch-writer.ts';
import { openWeightsFile } from '../../../worker/interchange/weights-file.ts';
import { makeZip, type ZipInput } from '../../scripts/zip-writer.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const golden = fileURLToPath(new URL('../../golden', import.meta.url));
const embedding = 'model.inner.embed_tokens.embedding_weight';
const counting = Float32Array.from({ length: 24 }, (_, index) => index);

function readAll(path: string, entry: string | null = null) {
  const file = openWeightsFile(path, entry);
  try {
    const tensors = [...file.tensors].map(
      ([name, tensor]) => [name, { ...tensor, read: tensor.read() }] as const,
    );
    return { format: file.format, entry: file.entry, tensors: Object.fromEntries(tensors) };
  } finally {
    file.close();
  }
}

const f32 = (shape: number[], ...values: number[]) => ({
  type: 'F32',
  shape,
  read: Float32Array.from(values),
});
const transposed = Array.from({ length: 24 }, (_, index) => (index % 4) * 6 + Math.floor(index / 4));
const saved = {
  [embedding]: f32([4, 6], ...counting),
  transposed: f32([6, 4], ...transposed),
  view: f32([2, 3], 8, 9, 10, 14, 15, 16),
  shared: f32([4, 6], ...counting),
  parameter: f32([2], 1.5, -2.5),
  scalar: f32([], 3.25),
  empty: f32([0, 3]),
  half: { type: 'F16', shape: [4], read: Float32Array.of(1, -0.5, 65504, 2 ** -24) },
  bfloat16: { type: 'BF16', shape: [3], read: Float32Array.of(1, -3.140625, 1.578125 * 2 ** 99) },
  double: { type: 'F64', shape: [2], read: Float32Array.of(0.1, Number.POSITIVE_INFINITY) },
  int32: { type: 'I32', shape: [2], read: Int32Array.of(1, -2) },
  int64: { type: 'I64', shape: [2], read: Int32Array.of(3, -4) },
  int16: { type: 'I16', shape: [2], read: Int32Array.of(5, -6) },
  int8: { type: 'I8', shape: [2], read: Int32Array.of(7, -8) },
  uint8: { type: 'U8', shape: [2], read: Int32Array.of(9, 200) },
  bool: { type: 'BOOL', shape: [2], read: Int32Array.of(1, 0) },
};

for (const name of ['zip.pt', 'legacy.pt', 'protocol4.pt']) {
  test(`what PyTorch wrote: ${name}`, () => {
    assert.deepEqual(readAll(join(golden, 'torch', name)), { format: 'pt', entry: '', tensors: saved });
  });
}

test('a checkpoint of a compiled model, and the same weights as safetensors', () => {
  const compiled = readAll(join(golden, 'trm-mlp', 'checkpoint_compiled.pt')).tensors;
  const plain = readAll(join(golden, 'trm-mlp', 'weights.safetensors')).tensors;
  const renamed = Object.entries(plain).map(([name, tensor]) => [`_orig_mod.${name}`, tensor]);
  assert.deepEqual(compiled, Object.fromEntries(renamed));
});

test('a bfloat16 checkpoint of a GPU run', () => {
  const folder = join(golden, 'checkpoint-bf16');
  const { tensors } = readAll(join(folder, 'checkpoint_compiled_bf16_cuda.pt'));
  const expected = decodeSafetensors(readFileSync(join(folder, 'expected.safetensors')), 'expected').tensors;
  const latents = new Set(['model.inner.H_init', 'model.inner.L_init']);
  const renamed = [...expected].map(([name, { shape, values }]) => {
    const type = latents.has(name) ? 'BF16' : 'F32';
    return [`_orig_mod.${name}`, { type, shape, read: values }];
  });
  assert.deepEqual(tensors, Object.fromEntries(renamed));
});

describe('weights beside other things', () => {
  const path = join(golden, 'torch', 'nested.pt');
  test('the averaged weights are taken first', () => {
    const { entry, tensors } = readAll(path);
    const averaged = f32([4, 6], ...counting.map((value) => value + 0.5));
    assert.deepEqual(
      { entry, tensors },
      { entry: 'ema', tensors: { [embedding]: averaged, other: f32([2], 0, 0) } },
    );
  });
  test('others by their name', () => {
    const { entry, tensors } = readAll(path, 'model');
    const expected = { [embedding]: f32([4, 6], ...counting), other: f32([2], 1, 1) };
    assert.deepEqual({ entry, tensors }, { entry: 'model', tensors: expected });
  });
  test('a name that there is not', () => {
    assert.throws(() => readAll(path, 'mode'), {
      message: [
        'Which weights are meant is not clear',
        `  where:    ${path}`,
        '  found:    model, ema',
        '  expected: one of them, by its name',
        '  to do:    choose one with --entry',
      ].join('\n'),
    });
  });
  test('a saved module, which only its code could read', () => {
    assert.throws(
      () => readAll(join(golden, 'torch', 'module.pt')),
      /^UserError: The checkpoint asks for torch\.nn\.modules\.linear\.Linear, which is refused/,
    );
  });
});

/** A file with the pickle of one tensor and whatever entries are given. */
function fileWith(t: test.TestContext, inputs: ZipInput[], options?: Parameters<typeof makeZip>[1]): string {
  const path = join(temporaryFolder(t), 'step_1');
  writeFileSync(path, makeZip(inputs, options));
  return path;
}

const structure = {
  name: 'archive/data.pkl',
  content: Buffer.from(writeStateDictPickle([{ name: embedding, shape: [2], storageKey: '0' }])),
};
const data = { name: 'archive/data/0', content: Buffer.from(Float32Array.of(1, 2).buffer) };

describe('archives of other programs', () => {
  const variants: [string, ZipInput[], Parameters<typeof makeZip>[1]][] = [
    ['deflated', [structure, { ...data, deflated: true }], {}],
    [
      'with 64-bit sizes',
      [
        { ...structure, wide: true },
        { ...data, wide: true },
      ],
      { zip64End: true },
    ],
    ['with a comment', [structure, data], { comment: 'made elsewhere' }],
    [
      'big-endian',
      [
        structure,
        { ...data, content: Buffer.from(data.content).swap32() },
        { name: 'archive/byteorder', content: Buffer.from('big') },
      ],
      {},
    ],
  ];
  for (const [name, inputs, options] of variants) {
    test(name, (t) => {
      assert.deepEqual(readAll(fileWith(t, inputs, options)).tensors, { [embedding]: f32([2], 1, 2) });
    });
  }
});

describe('broken and hostile archives', () => {
  const refusals: [string, ZipInput[], string, string][] = [
    [
      'two entries of a name',
      [structure, data, data],
      'two entries named archive/data/0',
      'a file as torch.save writes it',
    ],
    [
      'a path outside',
      [structure, { ...data, name: '../data/0' }],
      'an entry named "../data/0"',
      'a file as torch.save writes it',
    ],
    [
      'an absolute path',
      [structure, { ...data, name: '/data/0' }],
      'an entry named "/data/0"',
      'a file as torch.save writes it',
    ],
    ['no pickle', [data], 'a zip archive without data.pkl', 'one data.pkl, as torch.save writes it'],
    [
      'two pickles',
      [structure, data, { ...structure, name: 'b/data.pkl' }],
      'archive/data.pkl and b/data.pkl',
      'one data.pkl, as torch.save writes it',
    ],
    ['no elements', [structure], 'data/0: no such entry', '8 bytes of F32'],
    [
      'too few elements',
      [structure, { ...data, content: Buffer.alloc(4) }],
      'data/0: 4 bytes',
      '8 bytes of F32',
    ],
    [
      'an unknown byte order',
      [structure, data, { name: 'archive/byteorder', content: Buffer.from('middle') }],
      'the byte order "middle"',
      'little or big',
    ],
  ];
  for (const [name, inputs, found, expected] of refusals) {
    test(name, (t) => {
      const path = fileWith(t, inputs);
      assert.throws(
        () => readAll(path),
        (error) => {
          assert.ok(error instanceof UserError);
          assert.deepEqual(
            [error.details.where, error.details.found, error.details.expected],
            [path, found, expected],
          );
          return true;
        },
      );
    });
  }

  test('a flipped bit', (t) => {
    const path = join(temporaryFolder(t), 'step_1');
    const bytes = makeZip([structure, data]);
    bytes.writeUInt8(bytes.readUInt8(bytes.indexOf(data.content)) ^ 1, bytes.indexOf(data.content));
    writeFileSync(path, bytes);
    assert.throws(
      () => readAll(path),
      /an entry archive\/data\/0 that is not what was written: its checksum differs/,
    );
  });

  test('a file cut anywhere', (t) => {
    const whole = readFileSync(join(golden, 'torch', 'zip.pt'));
    const path = join(temporaryFolder(t), 'step_1');
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        writeFileSync(path, whole.subarray(0, length));
        assert.throws(() => readAll(path), UserError);
      }),
      { numRuns: 60 },
    );
  });

  test('bytes changed anywhere give data or a UserError', (t) => {
    const path = join(temporaryFolder(t), 'step_1');
    for (const name of ['zip.pt', 'legacy.pt']) {
      const whole = readFileSync(join(golden, 'torch', name));
      fc.assert(
        fc.property(fc.nat(whole.length - 1), fc.nat(255), (place, value) => {
          const changed = Buffer.from(whole);
          changed[place] = value;
          writeFileSync(path, changed);
          try {
            readAll(path);
          } catch (error) {
            assert.ok(error instanceof UserError, String(error));
          }
        }),
        { numRuns: 150 },
      );
    }
  });
});

describe('tensors that do not lie in their storage', () => {
  /** A state_dict of one tensor of these sizes and strides, in a storage of two elements. */
  function tensorFile(t: test.TestContext, offset: number, size: number, stride: number): string {
    const whole = structure.content;
    // The pickle ends: offset, ( size t, ( stride t, each number as BININT and four bytes.
    const numbers = [...whole.entries()].filter(([, byte]) => byte === 0x4a).map(([place]) => place + 1);
    const [, offsetPlace = 0, sizePlace = 0, stridePlace = 0] = numbers.slice(-4);
    const content = Buffer.from(whole);
    content.writeInt32LE(offset, offsetPlace);
    content.writeInt32LE(size, sizePlace);
    content.writeInt32LE(stride, stridePlace);
    return fileWith(t, [{ ...structure, content }, data]);
  }
  const cases: [string, number, number, number][] = [
    ['an offset behind the end', 2, 1, 1],
    ['a size behind the end', 0, 3, 1],
    ['a stride behind the end', 0, 2, 2],
    ['more elements than the storage has (a bomb)', 0, 2_000_000_000, 0],
  ];
  for (const [name, offset, size, stride] of cases) {
    test(name, (t) => {
      const path = tensorFile(t, offset, size, stride);
      assert.throws(() => readAll(path), {
        message: [
          'The pickle in the checkpoint cannot be read',
          `  where:    ${path} (archive/data.pkl)`,
          `  found:    a tensor of shape [${size}] with strides [${stride}] from element ${offset} on, in a storage of 2 elements`,
          '  expected: a tensor inside its storage',
          '  to do:    save the checkpoint as a plain state_dict, with torch.save(model.state_dict(), file)',
        ].join('\n'),
      });
    });
  }
  for (const [name, offset, size, stride] of [
    ['a size', 0, -1, 1],
    ['an offset', -1, 1, 1],
    ['a stride', 0, 1, -1],
  ] as const) {
    test(`${name} below zero`, (t) => {
      assert.throws(
        () => readAll(tensorFile(t, offset, size, stride)),
        /a tensor without a valid offset, shape and strides/,
      );
    });
  }
});

test('what is no file of weights', (t) => {
  const path = join(temporaryFolder(t), 'weights.bin');
  writeFileSync(path, 'hello, world');
  assert.throws(() => readAll(path), {
    message: [
      'The file holds no weights that can be read',
      `  where:    ${path}`,
      '  found:    a file that begins with 68 65 6c 6c 6f 2c 20 77',
      '  expected: a PyTorch checkpoint (a state_dict that torch.save wrote) or a safetensors file',
      '  to do:    check the path; a large file may not have been downloaded whole',
    ].join('\n'),
  });
});

test('what is written is read again, bit by bit', (t) => {
  const path = join(temporaryFolder(t), 'written.pt');
  const names = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 4 });
  const shapes = fc.array(fc.array(fc.nat(5), { maxLength: 3 }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(names, shapes, fc.infiniteStream(fc.float({ noNaN: true })), (given, sizes, stream) => {
      const tensors = new Map(
        [embedding, ...given.filter((name) => name !== embedding)].map((name, index) => {
          const shape = sizes[index] ?? [];
          const count = shape.reduce((product, size) => product * size, 1);
          const values = Float32Array.from({ length: count }, () => stream.next().value ?? 0);
          return [name, { shape, values }];
        }),
      );
      writeFileSync(path, Buffer.concat(encodeTorchFile(tensors, path)));
      const expected = [...tensors].map(([name, { shape, values }]) => [
        name,
        { type: 'F32', shape, read: values },
      ]);
      assert.deepEqual(readAll(path), { format: 'pt', entry: '', tensors: Object.fromEntries(expected) });
    }),
    { numRuns: 50 },
  );
});
