// Builds ARC-AGI-1 for the benchmark in a process of its own and prints what it took: reading, checking, writing,
// flushing to the disk and checksums included, the start of the process not.

import { buildDataset } from '../worker/dataset/build.ts';
import { measureWork } from './measure.ts';

const [data = '', output = '', augmentations = ''] = process.argv.slice(2);
const measurement = await measureWork(() =>
  buildDataset({
    name: 'bench',
    folder: output,
    build: {
      kind: 'arc',
      folder: data,
      subsets: ['training', 'evaluation', 'concept'],
      testSubset: 'evaluation',
      augmentations: Number(augmentations),
      gridSide: 30,
      source: '',
      licence: '',
      seed: 0,
    },
  }),
);
process.stdout.write(`${JSON.stringify(measurement)}\n`);
