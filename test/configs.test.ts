// Every experiment in configs/ can be read, and says what it reproduces.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import type { Experiment } from '../common/config/experiment.ts';
import { parseExperiment } from '../common/config/parse.ts';

const root = join(import.meta.dirname, '..', 'configs');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replaceAll('\\', '/'))
  .sort();

function read(name: string): Experiment {
  const fileName = join(root, name);
  return parseExperiment(readFileSync(fileName, 'utf8'), {
    fileName,
    overrides: [],
    readFile(reference, fromFile) {
      const path = join(dirname(fromFile), reference);
      return { fileName: path, text: readFileSync(path, 'utf8') };
    },
  });
}

test('there are configs, each under a name of its own', () => {
  assert.ok(files.includes('sudoku-extreme-mlp.yaml') && files.includes('ablations/single-z.yaml'));
  const names = files.map((name) => read(name).name);
  assert.deepEqual([...new Set(names)], names);
});

describe('each config', () => {
  for (const name of files) {
    test(`${name} is whole and says what it reproduces`, () => {
      const experiment = read(name);
      const stem = basename(name, '.yaml');
      assert.ok(experiment.name.endsWith(stem) || stem === 'demo', experiment.name);
      assert.notEqual(experiment.description, '');
      const { source, result, hardware, time } = experiment.published ?? {};
      for (const text of [source, result, hardware, time]) assert.ok(text !== undefined && text !== '');
      assert.ok(result === 'none' || /\d/.test(result ?? ''), `a figure, or none: ${result}`);
    });
  }
});

test('an ablation differs from the published experiment in what it is named after alone', () => {
  const base = read('sudoku-extreme-mlp.yaml');
  const differences = Object.fromEntries(
    files
      .filter((name) => name.startsWith('ablations/'))
      .map((name) => [basename(name, '.yaml'), differencesOf(read(name), base)]),
  );
  assert.deepEqual(differences, {
    'act-continue': { 'halting.continueLoss': true },
    attention: { 'model.mixer': 'attention', 'model.positions': 'rope' },
    'fewer-cycles': { 'model.highCycles': 2, 'model.lowCycles': 2 },
    'four-layers': { 'model.layers': 4, 'model.lowCycles': 3 },
    'multi-z': { 'model.variant': 'trm-hier6' },
    'no-ema': { 'training.ema': false },
    'one-step-gradient': { 'model.gradient': 'one-step' },
    'separate-networks': { 'model.separateNetworks': true },
    'single-z': { 'model.variant': 'trm-singlez' },
  });
});

/** The settings that are not those of `base`, words apart. */
function differencesOf(experiment: Experiment, base: Experiment): Record<string, unknown> {
  const { name: _, description: _1, published: _2, ...own } = experiment;
  const differences: Record<string, unknown> = {};
  for (const [section, settings] of Object.entries(own)) {
    const others = base[section as keyof typeof own];
    if (typeof settings !== 'object') assert.equal(settings, others);
    else {
      for (const [key, value] of Object.entries(settings)) {
        const other = (others as Record<string, unknown>)[key];
        if (JSON.stringify(value) !== JSON.stringify(other)) differences[`${section}.${key}`] = value;
      }
    }
  }
  return differences;
}
