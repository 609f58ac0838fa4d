// Runs a benchmark by name: `npm run bench -- <name> [options]`. Each prints a Markdown table, or one JSON object
// with --json.

import { describeError, formatErrorDetails, UserError } from '../common/errors.ts';
import { benchmarkDataset } from './dataset.ts';

interface Benchmark {
  summary: string;
  run(commandLine: string[]): Promise<void>;
}

const benchmarks: Readonly<Record<string, Benchmark>> = {
  dataset: {
    summary:
      'builds 1,000 Sudoku × 1,000 augmentations; --reference DIR --python EXE compares with the reference',
    run: benchmarkDataset,
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
