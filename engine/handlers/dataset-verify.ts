// The call that reads a dataset's files and compares them with the digests on its card.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { FileDigest } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { errorCode, explainFileError } from '../../common/file-troubles.ts';
import { readDatasetCard } from '../datasets.ts';
import type { Handler } from '../handlers.ts';
import { requireDataset } from './dataset.ts';

export const verifyDataset: Handler<'dataset.verify'> = async (context, { name }) => {
  const { folder } = requireDataset(context, name);
  const card = readDatasetCard(folder);
  if (card === null) {
    throw new UserError({
      what: `The dataset ${name} has no card`,
      where: folder,
      expected: 'a file card.json',
    });
  }
  const files = [];
  for (const file of card.files) {
    files.push({ path: file.path, sizeBytes: file.sizeBytes, problem: await findProblem(folder, file) });
  }
  const digest = digestOf(card.files);
  return { ok: digest === card.digest && files.every((file) => file.problem === null), digest, files };
};

async function findProblem(folder: string, expected: FileDigest): Promise<string | null> {
  const path = join(folder, ...expected.path.split('/'));
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'missing';
    throw explainFileError(error, 'Cannot read a file of the dataset', path);
  }
  if (sizeBytes !== expected.sizeBytes) return `${sizeBytes} bytes, expected ${expected.sizeBytes}`;
  const sha256 = hash.digest('hex');
  return sha256 === expected.sha256 ? null : `SHA-256 ${sha256}, expected ${expected.sha256}`;
}

function digestOf(files: FileDigest[]): string {
  const sorted = [...files].sort((left, right) => (left.path < right.path ? -1 : 1));
  const text = sorted.map((file) => `${file.sha256}  ${file.path}\n`).join('');
  return createHash('sha256').update(text).digest('hex');
}
