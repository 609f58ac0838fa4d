// Builds one dataset for the benchmark in a process of its own and prints what it took: reading, checking every puzzle,
// writing, flushing to the disk and checksums included, the start of the process not.

import { join } from 'node:path';
import { buildDataset } from '../worker/dataset/build.ts';
import { measureWork } from './measure.ts';

const [folder = '', output = '', augmentations = ''] = process.argv.slice(2);
const measurement = await measureWork(() =>
  buildDataset({
    name: 'bench',
    folder: output,
    build: {
      kind: 'sudoku-csv',
      trainFile: join(folder, 'train.csv'),
      testFile: join(folder, 'test.csv'),
      testShare: 0,
      trainPuzzles: 0,
      testPuzzles: 0,
      minimumRating: 0,
      augmentations: Number(augmentations),
      source: 'generated',
      licence: '',
      seed: 0,
    },
  }),
);
process.stdout.write(`${JSON.stringify(measurement)}\n`);
