// Builds ARC-AGI-1 for the benchmark in a process of its own and prints what it took: reading, checking, writing,
// flushing to the disk and checksums included, the start of the process not.

import { buildDataset } from '../worker/dataset/build.ts';

const [data = '', output = '', augmentations = ''] = process.argv.slice(2);
const start = performance.now();
const processorStart = process.cpuUsage();
await buildDataset({
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
});
const elapsedMs = performance.now() - start;
const { user, system } = process.cpuUsage(processorStart);
const processorMs = (user + system) / 1000;
const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ elapsedMs, processorMs, peakMemoryBytes })}\n`);
