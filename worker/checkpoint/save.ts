// Writes checkpoints so that each is whole or absent, and keeps the best and the newest ones.

import { createHash } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../common/errors.ts';
import { withFileErrors, writeFileDurably } from '../files.ts';
import { writeFolderAtomic } from '../folders.ts';
import { CHECKPOINT_FILE, type CheckpointManifest, checkpointFolderName } from './format.ts';
import { encodeSafetensors, type StoredTensor } from './safetensors.ts';

export type TensorFiles = Record<string, Map<string, StoredTensor>>;

/**
 * Saves a checkpoint under `root` and returns its folder and size. Equal steps overwrite each other.
 * @throws UserError when a weight is not finite, or on file system trouble; the earlier checkpoints stay as they were.
 */
export async function saveCheckpoint(
  root: string,
  manifest: Omit<CheckpointManifest, 'files'>,
  tensorFiles: TensorFiles,
): Promise<{ folder: string; sizeBytes: number }> {
  const folder = join(root, checkpointFolderName(manifest.step));
  for (const tensors of Object.values(tensorFiles)) checkFinite(tensors, manifest.step, root);
  const files: CheckpointManifest['files'] = {};
  await writeFolderAtomic(folder, { what: 'checkpoint', replace: true }, async (partial) => {
    for (const [name, tensors] of Object.entries(tensorFiles)) {
      files[name] = await writePieces(join(partial, name), encodeSafetensors(tensors, { format: 'pt' }));
    }
    const json = `${JSON.stringify({ ...manifest, files }, null, 2)}\n`;
    await writeFileDurably(join(partial, CHECKPOINT_FILE), json);
  });
  return { folder, sizeBytes: await sizeOfCheckpoint(folder) };
}

async function writePieces(
  path: string,
  pieces: Uint8Array[],
): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, 'wx');
  try {
    for (const piece of pieces) {
      hash.update(piece);
      sizeBytes += piece.length;
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

function checkFinite(tensors: Map<string, StoredTensor>, step: number, root: string): void {
  for (const [name, { values }] of tensors) {
    const index = values.findIndex((value) => !Number.isFinite(value));
    if (index === -1) continue;
    throw new UserError({
      what: `The weights are no longer finite after step ${step}`,
      where: `${name}[${index}], on its way to ${root}`,
      found: String(values[index]),
      expected: 'finite numbers',
      remedy:
        'resume from the last checkpoint with a lower training.learningRate or a longer training.warmupSteps',
    });
  }
}

/** The checkpoints under `root` by step, oldest first. Half-written ones do not count. */
export async function listCheckpoints(root: string): Promise<{ step: number; folder: string }[]> {
  const names = await withFileErrors('Cannot list the checkpoints', root, () => readdir(root));
  return names
    .flatMap((name) => {
      const match = /^step-(\d{9,})$/.exec(name);
      return match ? [{ step: Number(match[1]), folder: join(root, name) }] : [];
    })
    .sort((a, b) => a.step - b.step);
}

/** Removes all checkpoints but the newest `keep` and the one at `bestStep`; returns the removed folders. */
export async function removeOldCheckpoints(
  root: string,
  keep: number,
  bestStep: number | null,
): Promise<string[]> {
  const checkpoints = await listCheckpoints(root);
  const superfluous = checkpoints.slice(0, -keep).filter(({ step }) => step !== bestStep);
  for (const { folder } of superfluous) {
    await withFileErrors('Cannot remove an old checkpoint', folder, () =>
      rm(folder, { recursive: true, force: true }),
    );
  }
  return superfluous.map(({ folder }) => folder);
}

/** Bytes of all files of a checkpoint. */
export async function sizeOfCheckpoint(folder: string): Promise<number> {
  return withFileErrors('Cannot read the checkpoint', folder, async () => {
    const sizes = await Promise.all(
      (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
    );
    return sizes.reduce((total, size) => total + size, 0);
  });
}
