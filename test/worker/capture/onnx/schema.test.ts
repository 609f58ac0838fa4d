// The envelope of a model file: what is written is read back, and what is no model is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeModel, encodeModel, irVersionOf } from '../../../../worker/capture/onnx/schema.ts';

const envelope = fc.record({
  irVersion: fc.integer({ min: 1, max: 20 }),
  opset: fc.integer({ min: 1, max: 30 }),
  producerName: fc.string(),
  producerVersion: fc.string(),
  documentation: fc.string({ unit: 'grapheme' }),
  metadata: fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' })),
  graph: fc.uint8Array({ maxLength: 200 }),
});

test('an encoded model is decoded to the same', () => {
  fc.assert(
    fc.property(envelope, (model) => {
      const decoded = decodeModel(encodeModel(model));
      assert.deepEqual(
        { ...decoded, metadata: new Map(Object.entries(decoded.metadata)), graph: Array.from(decoded.graph) },
        { ...model, metadata: new Map(Object.entries(model.metadata)), graph: Array.from(model.graph) },
      );
    }),
  );
});

test('further operator sets are kept by their domains', () => {
  const [model] = fc.sample(envelope, 1);
  assert.ok(model);
  const otherOpsets = { 'com.microsoft': 1, 'org.example': 3 };
  const decoded = decodeModel(encodeModel({ ...model, otherOpsets }));
  assert.deepEqual([decoded.opset, decoded.otherOpsets], [model.opset, otherOpsets]);
});

test('a model that was cut short inside a field is refused', () => {
  const bytes = encodeModel({
    irVersion: 8,
    opset: 18,
    producerName: 'test',
    producerVersion: '1',
    documentation: 'a model',
    metadata: { key: 'value' },
    graph: new Uint8Array(100).fill(7),
  });
  for (const length of [1, 3, 40, bytes.length - 1])
    assert.throws(() => decodeModel(bytes.subarray(0, length)));
});

test('the file format version is the one that came with the operator set', () => {
  assert.deepEqual([18, 19, 20, 21, 22, 23].map(irVersionOf), [8, 9, 9, 10, 10, 10]);
});
