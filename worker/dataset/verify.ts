// Checks a dataset anew, trusting nothing its card says: files, structure, samples and card for every kind, then what
// its domain asks, and on request a second build that must give the same data.

import { join } from 'node:path';
import type { DatasetCard, LeakageCheck } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import type { BuildProgress } from './builder.ts';
import { readableCardFileName } from './layout.ts';
import { type Dataset, openDataset, readCard } from './open.ts';
import { createPacer } from './pacer.ts';
import { checkCardItself, checkSplitCard } from './verify-card.ts';
import { domainOf } from './verify-domains.ts';
import { checkFiles, checkSamples, digestFiles, readText } from './verify-files.ts';
import type { VerifyOptions } from './verify-options.ts';
import { checkRebuild } from './verify-rebuild.ts';

export interface VerifyRequest {
  /** Puzzles of each split that are solved, drawn at random; 0 (the default) solves all. */
  sampleSize?: number;
  /** Compares checksums and looks no deeper. */
  quick?: boolean;
  /** Builds the dataset again, in a temporary folder beside it, and compares. */
  rebuild?: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: (progress: BuildProgress) => void;
}

export interface Verification {
  /** Of the data as they are, or where only checksums were compared, as the card says; null where it is not known. */
  digest: string | null;
  checks: LeakageCheck[];
}

/** Makes every check that can be made; a dataset that cannot be opened gives failed checks, not an error. */
export async function verifyDataset(folder: string, request: VerifyRequest = {}): Promise<Verification> {
  const { sampleSize = 0, quick = false, rebuild = false, signal, onProgress = () => undefined } = request;
  const options = { sampleSize, pace: createPacer(signal), onProgress };
  const card = tryOpen('Card', () => readCard(folder));
  if (isFailure(card)) return { digest: null, checks: [card.failed] };
  const checks = card === undefined ? [] : [checkCard(folder, card)];
  if (quick) return await verifyChecksums(folder, card, checks, options);

  onProgress({ phase: 'reading', done: 0, total: 1, unit: 'dataset' });
  const dataset = tryOpen('Shapes, indices and tokens', () =>
    openDataset(folder, { compareChecksums: false }),
  );
  if (isFailure(dataset)) {
    const { checks: checksums } = await verifyChecksums(folder, card, checks, options);
    return { digest: null, checks: [...(card === undefined ? [] : checksums), dataset.failed] };
  }
  try {
    if (card !== undefined) checks.push(checkFiles(card.files, dataset.files));
    checks.push(describeOpened(dataset), ...checkSamples(dataset));
    checks.push(...(await verifyContent(dataset, options).catch((error) => [failedCheck('Puzzles', error)])));
    if (rebuild) checks.push(await checkRebuild(dataset, { signal, onProgress }));
    return { digest: dataset.digest, checks };
  } finally {
    dataset.close();
  }
}

function checkCard(folder: string, card: DatasetCard): LeakageCheck {
  return checkCardItself(card, readText(join(folder, readableCardFileName)));
}

/** @throws UserError when there is no card to compare with */
async function verifyChecksums(
  folder: string,
  card: DatasetCard | undefined,
  checks: LeakageCheck[],
  options: VerifyOptions,
): Promise<Verification> {
  if (card === undefined) {
    const result =
      'There is no card with checksums: another program wrote this dataset. Verify it without --quick.';
    return { digest: null, checks: [{ name: 'Checksums', result, passed: false }] };
  }
  const expected = [...card.files, ...card.samples];
  const found = await digestFiles(
    folder,
    expected.map(({ path }) => path),
    options,
  );
  return { digest: card.digest, checks: [...checks, checkFiles(expected, found)] };
}

async function verifyContent(dataset: Dataset, options: VerifyOptions): Promise<LeakageCheck[]> {
  const domain = domainOf(dataset);
  if (domain !== undefined) return await domain.verify(dataset, options);
  return [...checkSplitCard(dataset, 'train'), ...checkSplitCard(dataset, 'test')];
}

function describeOpened(dataset: Dataset): LeakageCheck {
  const { exampleCount: train } = dataset.split('train');
  const { exampleCount: test } = dataset.split('test');
  const found = dataset.card === undefined ? 'There is no card with checksums. ' : '';
  const result = `${found}${train} training and ${test} test examples are whole and consistent; digest ${dataset.digest}.`;
  return { name: 'Shapes, indices and tokens', result, passed: true };
}

interface Failure {
  failed: LeakageCheck;
}

/** What `open` gives, or a failed check when the dataset is at fault. */
function tryOpen<T>(name: string, open: () => T): T | Failure {
  try {
    return open();
  } catch (error) {
    return { failed: failedCheck(name, error) };
  }
}

/** Trouble with the dataset as a failed check; whatever else it is, is thrown on. */
function failedCheck(name: string, error: unknown): LeakageCheck {
  if (!(error instanceof UserError)) throw error;
  return { name, result: error.message, passed: false };
}

function isFailure(opened: object | undefined): opened is Failure {
  return opened !== undefined && 'failed' in opened;
}
