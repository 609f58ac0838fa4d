// A bundle of a model with random weights, unpacked into a folder.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import type { JobResultOf } from '../../common/jobs.ts';
import { bundleJob } from '../../worker/bundle/bundle.ts';
import { loadCheckpoint } from '../../worker/checkpoint/load.ts';
import { encodeCheckpoint } from '../../worker/export/encode.ts';
import { startRuntime } from '../../worker/runtime.ts';
import { evaluationOf, makeTinyCheckpoint } from '../worker/export/tiny-checkpoint.ts';
import { testContext } from '../worker/job-context.ts';

export interface TinyBundle {
  modelFile: string;
  datasetFolder: string;
  /** The zip, and where it is unpacked. */
  file: string;
  folder: string;
  result: JobResultOf<'bundle'>;
}

/** Writes a 4×4 Sudoku model below `root`. */
export async function writeTinyModel(root: string, kind: 'ema' | 'raw' = 'ema') {
  await startRuntime();
  const { folder, datasetFolder } = await makeTinyCheckpoint(root);
  const checkpoint = await loadCheckpoint(folder);
  const tensors = await checkpoint.weights(kind);
  const weights = Object.fromEntries([...tensors].map(([name, { values }]) => [name, values]));
  const bytes = encodeCheckpoint(checkpoint, weights, {
    opset: 18,
    weights: kind,
    evaluation: evaluationOf(kind),
  });
  const modelFile = path.join(root, 'tiny.onnx');
  writeFileSync(modelFile, bytes);
  return { modelFile, datasetFolder, bytes };
}

export async function makeTinyBundle(root: string, runtime: boolean): Promise<TinyBundle> {
  const { modelFile, datasetFolder } = await writeTinyModel(root);
  const file = path.join(root, 'tiny.zip');
  const spec = {
    kind: 'bundle',
    modelFiles: [modelFile],
    datasetFolder,
    examples: 6,
    outputFile: file,
  } as const;
  const result = await bundleJob(
    { ...spec, accuracies: [], modelFiles: [modelFile], runtime, replace: false },
    testContext(),
  );
  const folder = path.join(root, 'unpacked');
  unpack(file, folder);
  return { modelFile, datasetFolder, file, folder, result };
}

export function unpack(file: string, folder: string): void {
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(file)))) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), bytes);
  }
}
