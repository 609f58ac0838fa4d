// An estimate with round figures.

import type { EstimateResult } from '../../common/estimate.ts';

export function sampleEstimate(name: string): EstimateResult {
  return {
    name,
    device: 'a processor, 2 cores',
    library: 'tensorflow 2.21.0',
    sizes: {
      vocabularySize: 11,
      sequenceLength: 81,
      puzzleIdentifierCount: 1,
      testExamples: null,
      origin: 'assumed',
      remark: '9×9 puzzles are assumed: train.csv is not there',
    },
    parameters: {
      trained: 5_028_866,
      puzzleTable: 512,
      fixed: 1024,
      byPart: [
        { part: 'embeddings', count: 5632 },
        { part: 'mixing of features', count: 5_023_234 },
      ],
    },
    step: {
      flops: 1.367e12,
      bytesMoved: 6.5e10,
      operations: 2400,
      microBatches: 1,
      seconds: 12.5,
      byClass: [
        { name: 'matrix product', operations: 400, flops: 1.367e12, bytesMoved: 5e9, seconds: 11.25 },
        { name: 'arithmetic', operations: 2000, flops: 0, bytesMoved: 6e10, seconds: 1.25 },
      ],
    },
    memory: {
      parametersBytes: 20e6,
      optimizerBytes: 40e6,
      emaBytes: 20e6,
      carryBytes: 10e6,
      activationsBytes: 3300e6,
      allocatorBytes: 900e6,
      scratchBytes: 60e6,
      processBytes: 550e6,
      copiesBytes: 90e6,
      peakBytes: 4930e6,
      gpuPeakBytes: 5200e6,
    },
    run: { steps: 1000, stepSeconds: 12.5, evaluations: 10, evaluationSeconds: null, totalSeconds: null },
    checkpointBytes: 90e6,
    fits: [
      {
        device: 'this machine',
        memoryBytes: 4e9,
        neededBytes: 4930e6,
        fits: false,
        largestBatch: 24,
        microBatches: 2,
      },
      {
        device: 'a GPU with 48 GB',
        memoryBytes: 48e9,
        neededBytes: 5200e6,
        fits: true,
        largestBatch: null,
        microBatches: null,
      },
    ],
    recordingSeconds: 0.25,
    measured: {
      steps: 4,
      stepSeconds: 13,
      stepProcessorSeconds: 25,
      peakBytes: 4437e6,
      timeRatio: 1.04,
      memoryRatio: 0.9,
    },
    remarks: ['The time on a GPU needs a calibration on that GPU: run trm estimate there.'],
  };
}
