// Runs a benchmark by name: `npm run bench -- <name> [options]`. Each prints a Markdown table, or one JSON object
// with --json, and writes it to --output FILE too; with --reference DIR --python EXE it measures the reference beside ours.

import { describeError, formatErrorDetails, UserError } from '../common/errors.ts';
import { benchmarkArc } from './arc.ts';
import { benchmarkDataset } from './dataset.ts';
import { benchmarkEvaluation } from './evaluate.ts';
import { benchmarkGpu } from './gpu.ts';
import { benchmarkSolving } from './solve.ts';
import { benchmarkStartup } from './startup.ts';
import { benchmarkTraining } from './train.ts';

interface Benchmark {
  summary: string;
  run(commandLine: string[]): Promise<void>;
}

const benchmarks: Readonly<Record<string, Benchmark>> = {
  arc: { summary: 'builds ARC-AGI-1 × 1,000 augmentations from --data DIR', run: benchmarkArc },
  dataset: { summary: 'builds 1,000 Sudoku × 1,000 augmentations', run: benchmarkDataset },
  evaluate: {
    summary: 'puzzles a second of evaluation (--checkpoint RUN, or trains the demo first)',
    run: benchmarkEvaluation,
  },
  gpu: {
    summary: 'the published configs on an NVIDIA GPU (--device cuda:N, --seconds 180, --config FILE)',
    run: benchmarkGpu,
  },
  solve: {
    summary: 'latency and throughput of the exported model (--checkpoint RUN, or trains the demo first)',
    run: benchmarkSolving,
  },
  startup: { summary: 'start to first step (--config FILE), recording, command line', run: benchmarkStartup },
  train: {
    summary: 'optimizer steps (--shape mlp|attention|small|demo|all, --precision float32|bfloat16|both)',
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
