// The safetensors format: round trips of anything, and an error for anything that is not whole.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../common/errors.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
} from '../../../worker/checkpoint/safetensors.ts';

const tensorArbitrary: fc.Arbitrary<StoredTensor> = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 3 }), fc.boolean(), fc.integer())
  .map(([shape, whole, seed]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = Array.from({ length }, (_, index) => Math.sin(seed + index) * 1000);
    return { shape, values: whole ? Int32Array.from(values) : Float32Array.from(values) };
  });

const namesArbitrary = fc.uniqueArray(
  fc.string({ minLength: 1 }).filter((name) => !/^(__metadata__|__proto__|\d+)$/.test(name)),
  { maxLength: 5 },
);

function join(pieces: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

test('what is written is read again', () => {
  fc.assert(
    fc.property(
      namesArbitrary,
      fc.array(tensorArbitrary, { minLength: 5, maxLength: 5 }),
      (names, values) => {
        const tensors = new Map(names.map((name, index) => [name, values[index] as StoredTensor]));
        const decoded = decodeSafetensors(
          join(encodeSafetensors(tensors, { format: 'pt', note: 'ü' })),
          'here',
        );
        assert.deepEqual(decoded, { tensors, metadata: { format: 'pt', note: 'ü' } });
      },
    ),
  );
});

test('a file cut anywhere is an error', () => {
  const whole = join(
    encodeSafetensors(new Map([['weight', { shape: [3], values: Float32Array.of(1, 2, 3) }]]), {}),
  );
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (length) => {
      assert.throws(() => decodeSafetensors(whole.subarray(0, length), 'cut.safetensors'), UserError);
    }),
  );
});

describe('messages', () => {
  const cases: [string, string, Uint8Array, string][] = [
    [
      'offsets outside',
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
      new Uint8Array(4),
      'a [2] at bytes 0 to 8\n  expected: 8 bytes inside the file',
    ],
    [
      'wrong length',
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}',
      new Uint8Array(4),
      'a [2] at bytes 0 to 4\n  expected: 8 bytes inside the file',
    ],
    [
      'foreign type',
      '{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}',
      new Uint8Array(8),
      'a of type F64\n  expected: F32 or I32',
    ],
    ['extra bytes', '{}', new Uint8Array(4), '14 bytes\n  expected: 10, as its header says'],
    ['no JSON', '{"a"', new Uint8Array(0), 'a header that is no JSON\n  expected: a JSON header'],
  ];
  for (const [name, header, body, found] of cases) {
    test(name, () => {
      const json = new TextEncoder().encode(header);
      const length = new Uint8Array(8);
      new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
      assert.throws(() => decodeSafetensors(join([length, json, body]), 'x.safetensors'), {
        message: [
          'Cannot read a safetensors file',
          '  where:    x.safetensors',
          `  found:    ${found}`,
          '  to do:    use another checkpoint, or save this one again',
        ].join('\n'),
      });
    });
  }
});
