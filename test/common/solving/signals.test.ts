// What is read off a step's outputs, against plain formulas.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { measureCertainty, readHalting, relativeChange } from '../../../common/solving/signals.ts';

const near = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-6, `${found}`);

test('certainty of two cells, by softmax and by stablemax', () => {
  const logits = Float32Array.of(0, Math.log(3), 0, 0);
  const soft = measureCertainty(logits, 2, 'softmax');
  assert.deepEqual([...soft.confidences], [0.75, 0.5]);
  near(soft.confidence, 0.625);
  near(soft.weakestConfidence, 0.5);
  near(soft.entropy, (Math.log(2) - 0.75 * Math.log(0.75) - 0.25 * Math.log(0.25)) / 2);

  // s(3) = 4, s(-1) = 1/2, s(0) = 1
  const stable = measureCertainty(Float32Array.of(3, -1, 0, 0), 2, 'stablemax');
  near(stable.confidences[0] as number, 8 / 9);
  near(stable.confidence, (8 / 9 + 0.5) / 2);
});

test('large logits neither overflow nor hide the certainty', () => {
  const { confidences, entropy } = measureCertainty(Float32Array.of(3e38, 0, -3e38), 3, 'softmax');
  assert.deepEqual([...confidences], [1]);
  assert.equal(entropy, 0);
});

test('confidence and entropy stay in their bounds', () => {
  const logit = fc.float({ min: -1000, max: 1000, noNaN: true });
  const distribution = fc.constantFrom('softmax' as const, 'stablemax' as const);
  fc.assert(
    fc.property(fc.array(logit, { minLength: 4, maxLength: 40 }), distribution, (values, kind) => {
      const logits = Float32Array.from(values.slice(0, values.length - (values.length % 4)));
      const { confidence, weakestConfidence, entropy } = measureCertainty(logits, 4, kind);
      assert.ok(weakestConfidence >= 0.25 - 1e-6 && weakestConfidence <= confidence + 1e-6);
      assert.ok(confidence <= 1 && entropy >= 0 && entropy <= Math.log(4) + 1e-9);
    }),
  );
});

test('the relative change is that of the vectors', () => {
  near(relativeChange(Float32Array.of(3, 4), Float32Array.of(3, 4)), 0);
  near(relativeChange(Float32Array.of(3, 4), Float32Array.of(0, 0)), 1);
  near(relativeChange(Float32Array.of(3, 4), Float32Array.of(3, 5)), 0.2);
  assert.equal(relativeChange(Float32Array.of(0), Float32Array.of(1)), Number.POSITIVE_INFINITY);
});

test('a halting logit that is no number is an error that names the model', () => {
  const outputs = { haltLogits: Float32Array.of(0, Number.NaN), continueLogits: Float32Array.of(0, 0) };
  assert.deepEqual(readHalting(outputs, 0, { path: 'a.onnx' }), {
    haltProbability: 0.5,
    continueProbability: 0.5,
  });
  assert.throws(() => readHalting(outputs, 1, { path: 'a.onnx' }), {
    message: /The model computes numbers that are none.*a\.onnx/s,
  });
});
