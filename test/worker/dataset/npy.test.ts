import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../common/errors.ts';
import { createNpyWriter, decodeNumbers, openNpy } from '../../../worker/dataset/npy-file.ts';
import { encodeNpyHeader, type NpyType } from '../../../worker/dataset/npy-header.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function bytesOf(numbers: ArrayBufferView): Buffer {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function readAll(path: string): { type: NpyType; shape: number[]; numbers: number[] } {
  const file = openNpy(path);
  const numbers = [...decodeNumbers(file.type, file.readRowBytes(0, file.rowCount))];
  file.close();
  return { type: file.type, shape: file.shape, numbers };
}

/** `numpy.save` of NumPy 2.4 for `numpy.array([[1, -2, 3], [4, 5, -6]], dtype=type)`, the data aside. */
const numpyHeader = (type: string) =>
  Buffer.concat([
    Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]),
    Buffer.from(`{'descr': '${type}', 'fortran_order': False, 'shape': (2, 3), }`.padEnd(117)),
    Buffer.from('\n'),
  ]);

test('reads what NumPy writes, in every type', (context) => {
  const path = join(temporaryFolder(context), 'a.npy');
  const numbers = [1, -2, 3, 4, 5, -6];
  const unsigned = numbers.map(Math.abs);
  const cases: [NpyType, ArrayBufferView, number[]][] = [
    ['|u1', Uint8Array.from(unsigned), unsigned],
    ['|i1', Int8Array.from(numbers), numbers],
    ['<u2', Uint16Array.from(unsigned), unsigned],
    ['<i2', Int16Array.from(numbers), numbers],
    ['<u4', Uint32Array.from(unsigned), unsigned],
    ['<i4', Int32Array.from(numbers), numbers],
    ['<i8', BigInt64Array.from(numbers, BigInt), numbers],
  ];
  for (const [type, data, expected] of cases) {
    writeFileSync(path, Buffer.concat([numpyHeader(type), bytesOf(data)]));
    assert.deepEqual(readAll(path), { type, shape: [2, 3], numbers: expected });
  }
});

test('writes the header that NumPy writes', () => {
  assert.deepEqual(encodeNpyHeader('<i8', [2, 3]), numpyHeader('<i8'));
});

test('numbers beyond 32 bits come out as the nearest', () => {
  const wide = BigInt64Array.from([2n ** 31n - 1n, 2n ** 31n, -(2n ** 31n), -(2n ** 31n) - 1n, 2n ** 62n]);
  assert.deepEqual(
    [...decodeNumbers('<i8', bytesOf(wide))],
    [0x7fffffff, 0x7fffffff, -0x80000000, -0x80000000, 0x7fffffff],
  );
  assert.deepEqual([...decodeNumbers('<u4', bytesOf(Uint32Array.from([7, 0xffffffff])))], [7, 0x7fffffff]);
});

test('what is written in pieces is read back', async (context) => {
  const path = join(temporaryFolder(context), 'a.npy');
  let files = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 6, maxLength: 6 })),
      async (rowLength, pieces) => {
        const name = `${path}.${files++}`;
        const writer = await createNpyWriter(name, '<i4', [rowLength]);
        const numbers = pieces.flatMap((piece) => piece.slice(0, rowLength));
        for (const piece of pieces) await writer.append(bytesOf(Int32Array.from(piece.slice(0, rowLength))));
        assert.equal(await writer.finish(), pieces.length);
        assert.deepEqual(readAll(name), { type: '<i4', shape: [pieces.length, rowLength], numbers });
      },
    ),
    { numRuns: 30 },
  );
});

test('lists have a shape of one number', async (context) => {
  const path = join(temporaryFolder(context), 'a.npy');
  const writer = await createNpyWriter(path, '|u1', []);
  await writer.append(Uint8Array.from([1, 2, 3]));
  await writer.finish();
  assert.match(readFileSync(path, 'latin1'), /'shape': \(3,\), \}/);
  assert.deepEqual(readAll(path), { type: '|u1', shape: [3], numbers: [1, 2, 3] });
});

test('where the number of rows is known, the digest is that of the finished file', async (context) => {
  const path = join(temporaryFolder(context), 'a.npy');
  const writer = await createNpyWriter(path, '|u1', [2], 2);
  await writer.append(Uint8Array.of(1, 2));
  assert.equal(writer.sha256(), undefined);
  await writer.append(Uint8Array.of(3, 4));
  await writer.finish();
  const bytes = readFileSync(path);
  assert.equal(writer.sha256(), createHash('sha256').update(bytes).digest('hex'));
  assert.equal(writer.sizeBytes(), bytes.length);
  const short = await createNpyWriter(`${path}.short`, '|u1', [2], 2);
  await short.append(Uint8Array.of(1, 2));
  await assert.rejects(short.finish(), new Error(`${path}.short: 1 rows were written, not 2`));
  await short.abandon();
});

test('every way in which a file can be wrong has its own message', (context) => {
  const path = join(temporaryFolder(context), 'a.npy');
  const header = (text: string) => {
    const bytes = encodeNpyHeader('|u1', [2, 3]);
    bytes.write(text.padEnd(bytes.length - 11), 10, 'latin1');
    return bytes;
  };
  const good = Buffer.concat([encodeNpyHeader('|u1', [2, 3]), Buffer.alloc(6)]);
  const version2 = Buffer.from(good);
  version2[6] = 2;
  const cases: [Buffer, found: string, expected: string][] = [
    [Buffer.alloc(0), 'an empty file', 'a NumPy array file, which begins with 93 4e 55 4d 50 59'],
    [
      Buffer.from('PK\x03\x04abcdef'),
      'it begins with 50 4b 03 04 61 62',
      'a NumPy array file, which begins with 93 4e 55 4d 50 59',
    ],
    [good.subarray(0, 8), 'the file ends after 8 bytes', 'a complete header'],
    [good.subarray(0, 60), 'the file ends after 60 bytes', 'a header of 128 bytes'],
    [version2, 'format 2.0', 'format 1.0'],
    [
      header("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }"),
      'an array in Fortran (column) order',
      'C (row) order',
    ],
    [
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"),
      'numbers of type <f4',
      'one of |u1 |i1 <u2 <i2 <u4 <i4 <i8',
    ],
    [
      header("{'descr': '|u1'}"),
      "the header {'descr': '|u1'}",
      "a header with 'descr', 'fortran_order' and 'shape'",
    ],
    [good.subarray(0, 131), '131 bytes: the file is truncated', '134 bytes for the shape (2, 3)'],
    [
      Buffer.concat([good, good]),
      '268 bytes: there is more behind the array',
      '134 bytes for the shape (2, 3)',
    ],
  ];
  for (const [bytes, found, expected] of cases) {
    writeFileSync(path, bytes);
    assert.throws(
      () => openNpy(path),
      new UserError({
        what: 'A NumPy array file cannot be read',
        where: path,
        found,
        expected,
        remedy: 'save the array again in NumPy format 1.0, or build the dataset again',
      }),
    );
  }
  assert.throws(
    () => openNpy(`${path}.gone`),
    new UserError({
      what: 'Cannot read a NumPy array file',
      where: `${path}.gone`,
      found: 'there is no such file or folder',
      remedy: 'check the path',
    }),
  );
});
