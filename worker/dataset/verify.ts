// Checks a dataset anew, trusting nothing its card says: files and structure for every kind, then what the domain asks.

import type { LeakageCheck } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { geometryOfCellCount } from '../../common/puzzles/sudoku/geometry.ts';
import { type Dataset, openDataset } from './open.ts';
import { createPacer } from './pacer.ts';
import { type VerifyOptions, verifySudoku } from './verify-sudoku.ts';

/** The checks with what each found. A dataset that cannot be opened gives one failed check. */
export async function verifyDataset(folder: string, options: VerifyOptions = {}): Promise<LeakageCheck[]> {
  const name = 'Files, checksums, shapes, indices and tokens';
  let dataset: Dataset;
  try {
    dataset = openDataset(folder);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ name, result: error.message, passed: false }];
  }
  try {
    return [
      { name, result: describeOpened(dataset), passed: true },
      ...(await verifyDomain(dataset, options)),
    ];
  } finally {
    dataset.close();
  }
}

function describeOpened(dataset: Dataset): string {
  const { card, digest } = dataset;
  const examples = dataset.split('train').exampleCount + dataset.split('test').exampleCount;
  const checksums =
    card === undefined
      ? 'there is no card with checksums'
      : `${card.files.length} checksums equal those of the card`;
  return `${examples} examples read; ${checksums}; digest ${digest}.`;
}

async function verifyDomain(dataset: Dataset, options: VerifyOptions): Promise<LeakageCheck[]> {
  const geometry = geometryOfCellCount(dataset.metadata.sequenceLength);
  const isSudoku = dataset.card === undefined || dataset.card.vocabulary.domain === 'sudoku';
  if (geometry === undefined || !isSudoku || dataset.metadata.vocabularySize !== geometry.size + 2) return [];
  return await verifySudoku(dataset, geometry, { ...options, pace: createPacer(options.signal) });
}
