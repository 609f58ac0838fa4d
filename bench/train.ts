// Benchmark: optimizer steps on random puzzles, ours against the reference, eager and under torch.compile. Every trainer
// is a process of its own that stays open; rounds of steps go in turn, so that all of them meet the same machine.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../common/errors.ts';
import { parseCount } from './comparison.ts';
import { describeMachine, type Measurement, type Spread, spreadOf } from './measure.ts';
import { openTrainer, type Trainer } from './trainer.ts';

/** The sizes that are compared; names of the fields as in our configs. */
const shapes = {
  mlp: { mixer: 'mlp', hiddenSize: 512, tokens: 16, highCycles: 3, lowCycles: 6, cells: 81, batchSize: 32 },
  attention: {
    mixer: 'attention',
    hiddenSize: 512,
    tokens: 16,
    highCycles: 3,
    lowCycles: 6,
    cells: 81,
    batchSize: 32,
  },
  small: { mixer: 'mlp', hiddenSize: 128, tokens: 16, highCycles: 3, lowCycles: 6, cells: 16, batchSize: 64 },
  demo: { mixer: 'mlp', hiddenSize: 64, tokens: 2, highCycles: 2, lowCycles: 3, cells: 16, batchSize: 64 },
} as const;
type ShapeName = keyof typeof shapes;

interface Settings {
  shape: ShapeName;
  rounds: number;
  steps: number;
  reference: string | undefined;
  python: string;
  json: boolean;
}

interface Row {
  trainer: string;
  stepMs: Spread;
  processorMs: Spread;
  firstStepMs: number;
  peakMemoryBytes: number;
  examplesPerSecond: number;
}

export async function benchmarkTraining(commandLine: string[]): Promise<void> {
  const settings = parseSettings(commandLine);
  const trainers: { name: string; trainer: Trainer; rounds: Measurement[] }[] = [];
  try {
    for (const [name, program, programArguments] of programs(settings)) {
      const trainer = await openTrainer(program, programArguments);
      trainers.push({ name, trainer, rounds: [] });
    }
    for (let round = 0; round < settings.rounds; round++) {
      for (const { trainer, rounds } of trainers) rounds.push(await trainer.train(settings.steps));
    }
    report(
      settings,
      trainers.map(({ name, trainer, rounds }) => describe(settings, name, trainer, rounds)),
    );
  } finally {
    for (const { trainer } of trainers) trainer.close();
  }
}

function parseSettings(commandLine: string[]): Settings {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      shape: { type: 'string', default: 'demo' },
      rounds: { type: 'string', default: '5' },
      steps: { type: 'string', default: '3' },
      reference: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      json: { type: 'boolean', default: false },
    },
  });
  if (!Object.hasOwn(shapes, values.shape)) {
    throw new UserError({
      what: 'There is no such shape',
      found: values.shape,
      expected: `one of: ${Object.keys(shapes).join(', ')}`,
    });
  }
  return {
    shape: values.shape as ShapeName,
    rounds: parseCount('rounds', values.rounds),
    steps: parseCount('steps', values.steps),
    reference: values.reference,
    python: values.python,
    json: values.json,
  };
}

function programs({ shape, reference, python }: Settings): [string, string, string[]][] {
  const ours = [join(import.meta.dirname, 'train-ours.ts'), JSON.stringify(oursSettings(shape))];
  const list: [string, string, string[]][] = [['ours, float32', process.execPath, ours]];
  if (reference === undefined) return list;
  const script = join(import.meta.dirname, 'train_reference.py');
  for (const compile of [false, true]) {
    const name = compile ? 'reference, torch.compile, float32' : 'reference, eager, float32';
    list.push([name, python, [script, reference, JSON.stringify(referenceSettings(shape, compile))]]);
  }
  return list;
}

function oursSettings(name: ShapeName) {
  const { mixer, hiddenSize, tokens, highCycles, lowCycles, cells, batchSize } = shapes[name];
  const positions = mixer === 'attention' ? 'rope' : 'none';
  return {
    model: { mixer, hiddenSize, puzzleEmbeddingLength: tokens, highCycles, lowCycles, positions },
    sequenceLength: cells,
    vocabularySize: vocabularyOf(cells),
    batchSize,
  };
}

function referenceSettings(name: ShapeName, compile: boolean) {
  const { mixer, hiddenSize, tokens, highCycles, lowCycles, cells, batchSize } = shapes[name];
  return {
    threads: availableParallelism(),
    compile,
    batchSize,
    model: {
      H_cycles: highCycles,
      L_cycles: lowCycles,
      H_layers: 0,
      L_layers: 2,
      hidden_size: hiddenSize,
      expansion: 4,
      num_heads: 8,
      pos_encodings: mixer === 'attention' ? 'rope' : 'none',
      halt_max_steps: 16,
      halt_exploration_prob: 0.1,
      forward_dtype: 'float32',
      mlp_t: mixer === 'mlp',
      puzzle_emb_len: tokens,
      puzzle_emb_ndim: hiddenSize,
      no_ACT_continue: true,
      seq_len: cells,
      vocab_size: vocabularyOf(cells),
      num_puzzle_identifiers: 1,
    },
  };
}

/** Padding, blank and the digits. */
function vocabularyOf(cells: number): number {
  return Math.sqrt(cells) + 2;
}

function describe(settings: Settings, trainer: string, { ready }: Trainer, rounds: Measurement[]): Row {
  const stepMs = spreadOf(rounds.map(({ elapsedMs }) => elapsedMs / settings.steps));
  return {
    trainer,
    stepMs,
    processorMs: spreadOf(rounds.map(({ processorMs }) => processorMs / settings.steps)),
    firstStepMs: ready.elapsedMs,
    peakMemoryBytes: Math.max(...rounds.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    examplesPerSecond: (shapes[settings.shape].batchSize * 1000) / stepMs.median,
  };
}

function report({ shape, rounds, steps, json }: Settings, rows: Row[]): void {
  const machine = describeMachine();
  const [ours, ...others] = rows;
  const ratios = Object.fromEntries(
    others.map((row) => [row.trainer, row.stepMs.median / (ours as Row).stepMs.median]),
  );
  if (json) {
    process.stdout.write(`${JSON.stringify({ machine, shape, rounds, steps, rows, ratios })}\n`);
    return;
  }
  const cell = (row: Row) => [
    row.trainer,
    seconds(row.stepMs.median),
    `${seconds(row.stepMs.minimum)} to ${seconds(row.stepMs.maximum)}`,
    seconds(row.processorMs.median),
    row.examplesPerSecond.toFixed(1),
    seconds(row.firstStepMs),
    `${(row.peakMemoryBytes / 1e9).toFixed(2)} GB`,
    row === ours ? '' : `${(ratios[row.trainer] as number).toFixed(2)} ×`,
  ];
  const lines = [
    `Training, shape ${shape}, ${rounds} rounds of ${steps} steps in turn, ${machine}`,
    '',
    '| trainer | step, median | least to most | processor time a step | examples/s | start to first step | peak memory | ours is faster by |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${cell(row).join(' | ')} |`),
  ];
  if (others.length === 0) lines.push('', 'Give --reference DIR and --python EXE to compare.');
  process.stdout.write(`${lines.join('\n')}\n`);
}

function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(3)} s`;
}
