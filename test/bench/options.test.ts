// The options of the benchmarks: what they mean, and what is said of wrong ones.

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { parseArcSettings } from '../../bench/arc.ts';
import { parseDatasetSettings } from '../../bench/dataset.ts';
import { parseEvaluateSettings } from '../../bench/evaluate.ts';
import { parseChoices, parseCount, precisions } from '../../bench/options.ts';
import { parseSolveSettings } from '../../bench/solve.ts';
import { parseStartupSettings } from '../../bench/startup.ts';
import { parseTrainSettings } from '../../bench/train.ts';
import { cpuHasBfloat16 } from '../../worker/compute.ts';

const common = { reference: undefined, python: 'python3', json: false, output: undefined };

describe('the options of', () => {
  test('train', () => {
    assert.deepEqual(parseTrainSettings([]), {
      ...common,
      rounds: 5,
      shapes: ['demo'],
      precisions: ['float32'],
      steps: 3,
    });
    const given = ['--shape', 'all', '--precision', 'both', '--reference', 'trm', '--python', 'py', '--json'];
    assert.deepEqual(parseTrainSettings([...given, '--rounds', '2', '--steps', '1', '--output', 'a.md']), {
      reference: resolve('trm'),
      python: 'py',
      json: true,
      output: 'a.md',
      rounds: 2,
      shapes: ['mlp', 'attention', 'small', 'demo'],
      precisions: ['float32', 'bfloat16'],
      steps: 1,
    });
  });

  test('evaluate', () => {
    const model = { checkpoint: undefined, dataset: undefined, train: 'configs/demo.yaml' };
    assert.deepEqual(parseEvaluateSettings([]), {
      ...common,
      ...model,
      rounds: 5,
      puzzles: 0,
      batchSize: 0,
      haltThreshold: undefined,
      precisions: cpuHasBfloat16() ? ['float32', 'bfloat16'] : ['float32'],
    });
    const { haltThreshold, puzzles, batchSize } = parseEvaluateSettings(
      '--halt-threshold 0.9 --puzzles 10 --batch-size 5'.split(' '),
    );
    assert.deepEqual([haltThreshold, puzzles, batchSize], [0.9, 10, 5]);
  });

  test('solve', () => {
    assert.deepEqual(parseSolveSettings(['--checkpoint', 'run', '--precision', 'float32']), {
      ...common,
      checkpoint: 'run',
      dataset: undefined,
      train: 'configs/demo.yaml',
      rounds: 5,
      puzzles: 32,
      batchSize: 64,
      precisions: ['float32'],
    });
  });

  test('startup', () => {
    const { configs, ...others } = parseStartupSettings([]);
    assert.deepEqual(others, { ...common, rounds: 3, batchSize: 2, precisions: ['float32'] });
    assert.equal(configs.length, 7);
    assert.deepEqual(parseStartupSettings(['--config', 'a', '--config', 'b']).configs, ['a', 'b']);
  });

  test('dataset and arc', () => {
    const sizes = { puzzles: 1000, augmentations: 1000 };
    assert.deepEqual(parseDatasetSettings([]), { ...common, ...sizes, rounds: 3 });
    assert.deepEqual(parseArcSettings(['--data', 'tasks', '--augmentations', '2']), {
      ...common,
      rounds: 1,
      data: resolve('tasks'),
      augmentations: 2,
    });
  });
});

describe('refused are', () => {
  const refusals: [string, () => unknown, string][] = [
    [
      'a count that is none',
      () => parseCount('rounds', '1.5'),
      '--rounds is no count\n  found:    1.5\n  expected: a whole number of at least 1',
    ],
    [
      'a choice that is none',
      () => parseChoices('precision', 'float16', precisions, 'both'),
      '--precision has no such choice\n  found:    float16\n  expected: one of: float32, bfloat16, both',
    ],
    [
      'a file of another kind',
      () => parseTrainSettings(['--output', 'a.txt']),
      '--output names no file that a benchmark can write\n  found:    a.txt\n  expected: a file that ends in .md or .json',
    ],
    [
      'a threshold that is no probability',
      () => parseEvaluateSettings(['--halt-threshold', '1']),
      '--halt-threshold is no probability at which to stop\n  found:    1\n  expected: a number above 0 and below 1',
    ],
    [
      'ARC without tasks',
      () => parseArcSettings([]),
      'The benchmark needs the ARC-AGI tasks\n  expected: --data FOLDER with arc-agi_{training,evaluation,concept}_{challenges,solutions}.json',
    ],
  ];
  for (const [name, parse, message] of refusals) {
    test(name, () => assert.throws(parse, { name: 'UserError', message }));
  }
});
