// The job that writes a checkpoint for other programs, as a PyTorch state_dict or as safetensors, under the reference's
// names. The written file is read back and compared bit by bit before it is put in place.

import { existsSync } from 'node:fs';
import { UserError } from '../../common/errors.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { loadCheckpoint } from '../checkpoint/load.ts';
import { encodeSafetensors, type StoredTensor } from '../checkpoint/safetensors.ts';
import { digestFile, writeFileAtomic } from '../files.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { encodeTorchFile } from './torch-writer.ts';
import { openWeightsFile } from './weights-file.ts';

type Weights = Map<string, StoredTensor & { values: Float32Array }>;

/** What torch.compile puts in front of every name, and the reference's load_checkpoint looks for. */
export const COMPILED_PREFIX = '_orig_mod.';

/** Writes the file that `spec` asks for. @throws UserError when there is one already, or on file system trouble */
export async function exportWeightsJob(
  spec: JobSpecOf<'export-weights'>,
  context: JobContext,
): Promise<JobResultOf<'export-weights'>> {
  const startedMs = performance.now();
  const { outputFile, format, weights, compiled } = spec;
  requireFree(spec);
  const checkpoint = await loadCheckpoint(spec.checkpointFolder);
  const prefix = compiled ? COMPILED_PREFIX : '';
  const named: Weights = new Map(
    [...(await checkpoint.weights(weights))].map(([name, tensor]) => [prefix + name, tensor]),
  );
  throwIfCancelled(context.signal);
  context.progress('writing', 0, named.size, 'tensors');
  const pieces =
    format === 'pt' ? encodeTorchFile(named, outputFile) : encodeSafetensors(named, { format: 'pt' });
  await writeFileAtomic(outputFile, pieces, async (writtenFile) => {
    throwIfCancelled(context.signal);
    requireEqual(writtenFile, named);
    requireFree(spec);
  });
  return {
    kind: 'export-weights',
    file: outputFile,
    format,
    weights,
    compiled,
    tensors: named.size,
    ...(await digestFile(outputFile)),
    elapsedMs: performance.now() - startedMs,
  };
}

function requireFree({ outputFile, replace }: JobSpecOf<'export-weights'>): void {
  if (replace || !existsSync(outputFile)) return;
  throw new UserError({
    what: 'The output file exists already',
    where: outputFile,
    expected: 'a file that is free',
    remedy: 'choose another with --output, or replace it with --replace',
  });
}

/** Reads the written file as an import would, and compares the bits of every weight. */
function requireEqual(path: string, weights: Weights): void {
  const file = openWeightsFile(path);
  try {
    for (const [name, { shape, values }] of weights) {
      const written = file.tensors.get(name);
      const read = written?.read();
      const equal =
        read !== undefined &&
        String(written?.shape) === String(shape) &&
        Buffer.compare(bytesOf(read), bytesOf(values)) === 0;
      if (equal && file.tensors.size === weights.size) continue;
      throw new UserError({
        what: 'The file that was written does not hold what was to be written',
        where: `${path}, ${name}`,
        expected: 'the weights of the checkpoint, bit by bit',
        remedy: 'check the disk, and try again',
      });
    }
  } finally {
    file.close();
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
