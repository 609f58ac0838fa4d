// A profile with round figures.

import type { ProfileResult } from '../../common/profile.ts';

export function sampleProfile(name: string, traceFile: string | null): ProfileResult {
  const product = { operations: 100, seconds: 6, busySeconds: 6.5, flops: 1.2e12 };
  const sums = { operations: 50, seconds: 1, busySeconds: 1, flops: null };
  return {
    name,
    device: 'a processor, 2 cores',
    library: 'tensorflow 2.21.0',
    executor: 'captured',
    method: 'traced',
    batchSize: 32,
    microBatches: 1,
    data: 'dataset',
    preparationSeconds: 4,
    steps: [
      {
        step: 2,
        dataSeconds: 0.004,
        feedSeconds: 0.001,
        stepSeconds: 7.5,
        fetchSeconds: 0.0005,
        halted: 3,
        meanSupervisionSteps: 2,
        processBytes: 2e9,
      },
    ],
    phases: [
      { name: 'data', seconds: 0.004, share: 0.0005 },
      { name: 'feed', seconds: 0.001, share: 0.0001 },
      { name: 'step', seconds: 7.5, share: 0.99 },
      { name: 'fetch', seconds: 0.0005, share: 0.0001 },
      { name: 'checkpoint', seconds: 0.05, share: 0.0093 },
    ],
    dataWaitShare: 0.0006,
    checkpoint: { seconds: 5, sizeBytes: 9e7, everySteps: 100 },
    traced: { seconds: 8, idleSeconds: 1, operations: 150, flops: 1.2e12 },
    byGroup: [
      { group: 'matrix product', ...product },
      { group: 'element-wise', ...sums },
    ],
    byOperation: [
      { operation: 'MatMul', group: 'matrix product', ...product },
      { operation: 'AddV2', group: 'element-wise', ...sums },
    ],
    byLevel: [
      { level: 'cycle 1/high', direction: 'forward', ...sums },
      { level: 'optimizer', direction: 'forward', ...sums },
      { level: 'cycle 1/low 2', direction: 'forward', ...sums },
      { level: 'cycle 1/low 1', direction: 'forward', ...product },
      { level: 'cycle 1/low 1', direction: 'backward', ...sums },
    ],
    memory: { peakBytes: 1.2e9, timeline: [{ seconds: 0, bytes: 1.2e9 }], processPeakBytes: 2.5e9 },
    traceFile,
    remarks: ['A remark.'],
  };
}
