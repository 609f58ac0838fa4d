// Compares the files of a dataset with the checksums on its card, and its sample pictures with the examples that they
// show.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileDigest, LeakageCheck } from '../../common/dataset-card.ts';
import { digestFile, withFileErrorsSync } from '../files.ts';
import type { Dataset } from './open.ts';
import { drawSamples } from './samples.ts';
import type { VerifyOptions } from './verify-options.ts';
import { describeWrong } from './verify-sampling.ts';

/** The digests of those files of a folder that are there. */
export async function digestFiles(
  folder: string,
  paths: readonly string[],
  { onProgress, pace }: Pick<VerifyOptions, 'onProgress' | 'pace'>,
): Promise<FileDigest[]> {
  const files: FileDigest[] = [];
  for (const [index, path] of paths.entries()) {
    const file = join(folder, path);
    if (existsSync(file)) files.push({ path, ...(await digestFile(file)) });
    onProgress({ phase: 'checksums', done: index + 1, total: paths.length, unit: 'files' });
    await pace();
  }
  return files;
}

/** Compares the files that `expected` lists with those that were found. */
export function checkFiles(expected: readonly FileDigest[], found: readonly FileDigest[]): LeakageCheck {
  const wrong = expected.flatMap(({ path, sha256, sizeBytes }) => {
    const file = found.find((other) => other.path === path);
    if (file === undefined) return [`${path} is missing`];
    if (file.sha256 === sha256 && file.sizeBytes === sizeBytes) return [];
    const size = file.sizeBytes === sizeBytes ? '' : `${file.sizeBytes} bytes instead of ${sizeBytes}, `;
    return [`${path} has ${size}SHA-256 ${file.sha256} instead of ${sha256}`];
  });
  return {
    name: 'Checksums',
    result: `${expected.length} files compared with the card; ${describeWrong(wrong)}.`,
    passed: wrong.length === 0,
  };
}

/** Draws the sample pictures anew and compares them with those in the folder and their checksums on the card. */
export function checkSamples({ folder, card }: Dataset): LeakageCheck[] {
  if (card === undefined) return [];
  const wrong: string[] = [];
  const drawn = drawSamples(folder, card.vocabulary);
  const expectedPaths = drawn.map(({ sample }) => sample.path).join(', ');
  const paths = card.samples.map(({ path }) => path).join(', ');
  if (paths !== expectedPaths) wrong.push(`the card lists ${paths || 'none'} instead of ${expectedPaths}`);
  for (const { sample, svg } of drawn) {
    const claimed = card.samples.find(({ path }) => path === sample.path);
    if (claimed === undefined) continue;
    const differs =
      claimed.sha256 !== sample.sha256 ||
      claimed.example !== sample.example ||
      claimed.split !== sample.split;
    if (differs) wrong.push(`${sample.path} is not described by the card as it is drawn from the data`);
    const text = readText(join(folder, sample.path));
    if (text === undefined) wrong.push(`${sample.path} is missing`);
    else if (text !== svg)
      wrong.push(`${sample.path} does not show example ${sample.example} of ${sample.split}`);
  }
  const result = `${drawn.length} pictures drawn again from the data; ${describeWrong(wrong)}.`;
  return [{ name: 'Sample pictures', result, passed: wrong.length === 0 }];
}

/** The content of a text file; undefined when there is none. */
export function readText(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  return withFileErrorsSync('Cannot read a file of the dataset', path, () => readFileSync(path, 'utf8'));
}
