// The sample pictures of a dataset: a few examples of each split, drawn from the files in its folder. They are derived
// from the data and so are no part of its digest.

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SampleCard, Vocabulary } from '../../common/dataset-card.ts';
import { drawExample } from '../../common/pictures/example.ts';
import { writeFileDurably } from '../files.ts';
import { readJsonFile } from './json-file.ts';
import { arrayPath, metadataPath, type SplitName, splitMetadataSchema, splitNames } from './layout.ts';
import { decodeNumbers, openNpy } from './npy-file.ts';

/** Pictures of each split, where it has so many groups. */
const samplesOfSplit = 3;

export interface DrawnSample {
  sample: SampleCard;
  svg: string;
}

/**
 * Draws the first example of a few groups that are spread evenly over each split.
 * @throws UserError when the files cannot be read as a dataset's
 */
export function drawSamples(folder: string, vocabulary: Vocabulary): DrawnSample[] {
  return splitNames.flatMap((split) => drawSplit(folder, split, vocabulary));
}

/** Draws the samples into the folder and returns what the card says of them. */
export async function writeSamples(folder: string, vocabulary: Vocabulary): Promise<SampleCard[]> {
  const drawn = drawSamples(folder, vocabulary);
  for (const { sample, svg } of drawn) {
    const path = join(folder, sample.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFileDurably(path, svg);
  }
  return drawn.map(({ sample }) => sample);
}

function drawSplit(folder: string, split: SplitName, vocabulary: Vocabulary): DrawnSample[] {
  const metadata = readJsonFile(metadataPath(folder, split), splitMetadataSchema, `${split}/dataset.json`);
  const [set] = metadata.sets;
  const ignored = metadata.ignore_label_id;
  const open = (array: Parameters<typeof arrayPath>[3]) => openNpy(arrayPath(folder, split, set, array));
  const arrays = {
    inputs: open('inputs'),
    labels: open('labels'),
    puzzles: open('puzzle_indices'),
    groups: open('group_indices'),
  };
  const rowOf = (array: keyof typeof arrays, row: number) =>
    decodeNumbers(arrays[array].type, arrays[array].readRowBytes(row, 1));
  const numberOf = (array: keyof typeof arrays, row: number) => rowOf(array, row)[0] ?? 0;
  try {
    return pickGroups(arrays.groups.rowCount - 1).map((group, index) => {
      const example = numberOf('puzzles', numberOf('groups', group));
      const input = rowOf('inputs', example);
      const label = Int32Array.from(rowOf('labels', example), (token) => (token === ignored ? -1 : token));
      const title = `Example ${example} of the ${split === 'train' ? 'training' : 'test'} split`;
      const svg = drawExample(vocabulary, { input, label }, title);
      return { sample: { split, example, path: `samples/${split}-${index + 1}.svg`, ...digest(svg) }, svg };
    });
  } finally {
    for (const array of Object.values(arrays)) array.close();
  }
}

function pickGroups(count: number): number[] {
  const wanted = Math.min(samplesOfSplit, count);
  return Array.from({ length: wanted }, (_, index) => Math.floor((index * count) / wanted));
}

function digest(svg: string): { sha256: string; sizeBytes: number } {
  return { sha256: createHash('sha256').update(svg).digest('hex'), sizeBytes: Buffer.byteLength(svg) };
}
