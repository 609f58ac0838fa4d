// Time from a calibration: exact at the samples, between them in between, beyond them in proportion.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Calibration } from '../../../worker/estimate/calibration.ts';
import { productsInside } from '../../../worker/estimate/fused-layers.ts';
import { FUSED_SAMPLES, fusedFlopsOf } from '../../../worker/estimate/fused-samples.ts';
import { KERNEL_CLASSES } from '../../../worker/estimate/kernel-classes.ts';
import { PRODUCT_PAIRS, productsOf, SAMPLE_ELEMENTS } from '../../../worker/estimate/samples.ts';
import { classSeconds, fusedSeconds, productSeconds } from '../../../worker/estimate/timing.ts';
import { flopsOf } from '../../../worker/estimate/work.ts';

const perSize = [1e-6, 2e-6, 8e-6, 128e-6];
const calibration: Calibration = {
  version: 3,
  device: 'a device',
  library: 'tensorflow 2.21.0',
  cores: 2,
  measuredAt: '2026-01-01T00:00:00.000Z',
  classSeconds: Object.fromEntries(
    KERNEL_CLASSES.map((name) => [name, perSize]),
  ) as Calibration['classSeconds'],
  productFlops: PRODUCT_PAIRS.map(() => 1e11),
  fusedFlops: FUSED_SAMPLES.map(() => 2e11),
  callSeconds: 1e-4,
  loadPerCore: 0,
};

test('element-wise operations', () => {
  const sizes = [1, ...SAMPLE_ELEMENTS, 2 ** 24, 2 ** 12, 2 ** 20];
  const micros = sizes.map((size) => classSeconds('arithmetic', size, calibration) * 1e6);
  const expected = [1, 1, 2, 8, 128, 512, Math.SQRT2, 32];
  assert.deepEqual(
    micros.map((value) => value.toPrecision(6)),
    expected.map((value) => value.toPrecision(6)),
  );
});

test('matrix products take the overhead of an operation and their work at the speed of the nearest samples', () => {
  for (const product of PRODUCT_PAIRS.flatMap(productsOf)) {
    const expected = 1e-6 + flopsOf(product) / 1e11;
    assert.equal(productSeconds(product, calibration).toPrecision(9), expected.toPrecision(9));
  }
});

test('fused layers are as fast as the samples of their kind, or as their products where there are no samples', () => {
  const isGradient = (kernel: string) => kernel.endsWith('Gradient');
  const fusedFlops = FUSED_SAMPLES.map(({ kernel }) => (isGradient(kernel) ? 1e11 : 4e11));
  for (const sample of FUSED_SAMPLES) {
    const speed = isGradient(sample.kernel) ? 1e11 : 4e11;
    const seconds = fusedSeconds(sample, { ...calibration, fusedFlops });
    assert.equal(seconds.toPrecision(9), (1e-6 + fusedFlopsOf(sample) / speed).toPrecision(9));
    const products = productsInside(sample).length;
    const unknown = fusedSeconds(sample, { ...calibration, fusedFlops: null });
    const expected = products * 1e-6 + fusedFlopsOf(sample) / 1e11;
    assert.equal(unknown.toPrecision(9), expected.toPrecision(9));
  }
});
