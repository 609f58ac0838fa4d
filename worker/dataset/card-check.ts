// Compares the files of a dataset with what its card says about them.

import { join } from 'node:path';
import type { DatasetCard, FileDigest } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { cardFileName, type SplitMetadata } from './layout.ts';

/** @throws UserError naming the first file that is not as it was when the card was written */
export function requireChecksums(folder: string, card: DatasetCard, files: readonly FileDigest[]): void {
  const found = new Map(files.map((file) => [file.path, file]));
  for (const expected of card.files) {
    const file = found.get(expected.path);
    if (file?.sha256 === expected.sha256) continue;
    throw changedFile(join(folder, expected.path), file, expected);
  }
}

/** @throws UserError when the card describes other tokens or another grid than the dataset has */
export function requireVocabulary(folder: string, card: DatasetCard, metadata: SplitMetadata): void {
  const { tokens, gridRows, gridColumns } = card.vocabulary;
  if (tokens.length === metadata.vocab_size && gridRows * gridColumns === metadata.seq_len) return;
  throw new UserError({
    what: 'The dataset card does not fit the dataset',
    where: join(folder, cardFileName),
    found: `${tokens.length} tokens, ${gridRows}×${gridColumns} cells`,
    expected: `${metadata.vocab_size} tokens, ${metadata.seq_len} cells, as in train/dataset.json`,
    remedy: 'build the dataset again',
  });
}

function changedFile(path: string, found: FileDigest | undefined, expected: FileDigest): UserError {
  return new UserError({
    what: 'A file of the dataset is not as it was when its card was written',
    where: path,
    found: found === undefined ? 'no such file' : `${found.sizeBytes} bytes with SHA-256 ${found.sha256}`,
    expected: `${expected.sizeBytes} bytes with SHA-256 ${expected.sha256}`,
    remedy: 'build the dataset again, or fetch it again from where it came',
  });
}
