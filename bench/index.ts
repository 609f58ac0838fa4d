// Runs a benchmark by name: `npm run bench -- <name> [options]`. Each prints a Markdown table, or one JSON object
// with --json.

import { describeError, formatErrorDetails, UserError } from '../common/errors.ts';
import { benchmarkArc } from './arc.ts';
import { benchmarkDataset } from './dataset.ts';
import { benchmarkTraining } from './train.ts';

interface Benchmark {
  summary: string;
  run(commandLine: string[]): Promise<void>;
}

const benchmarks: Readonly<Record<string, Benchmark>> = {
  arc: {
    summary:
      'builds ARC-AGI-1 × 1,000 augmentations from --data DIR; --reference DIR --python EXE compares with the reference',
    run: benchmarkArc,
  },
  dataset: {
    summary:
      'builds 1,000 Sudoku × 1,000 augmentations; --reference DIR --python EXE compares with the reference',
    run: benchmarkDataset,
  },
  train: {
    summary:
      'optimizer steps (--shape mlp|attention|small|demo); --reference DIR --python EXE compares with the reference',
    run: benchmarkTraining,
  },
};

async function runBenchmark([name = '', ...commandLine]: string[]): Promise<void> {
  const benchmark = benchmarks[name];
  if (benchmark === undefined) throw unknownBenchmark(name);
  await benchmark.run(commandLine);
}

function unknownBenchmark(name: string): UserError {
  const list = Object.entries(benchmarks).map(([known, { summary }]) => `${known}: ${summary}`);
  return new UserError({
    what: name === '' ? 'No benchmark is named' : 'There is no such benchmark',
    ...(name === '' ? {} : { found: name }),
    expected: list.join('; '),
    remedy: 'npm run bench -- dataset',
  });
}

try {
  await runBenchmark(process.argv.slice(2));
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${formatErrorDetails(describeError(error))}\n`);
}
