// The Node runner of an unpacked bundle, run as its user runs it, beside the solver of the studio.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type BundleModel, bundleSchema } from '../../common/bundle.ts';
import { deviceBenchmarkSchema } from '../../common/device-benchmark.ts';
import { parseHaltingRule } from '../../common/halting/rule.ts';
import { joinPuzzles } from '../../common/solving/puzzles.ts';
import { runRecursion } from '../../common/solving/recursion.ts';
import { treeOf } from '../../worker/bundle/model.ts';
import { openModel } from '../../worker/solve/model.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { makeTinyBundle } from './tiny-bundle.ts';

const modules = path.resolve(import.meta.dirname, '../../node_modules');

const rules = [
  'q>=0.5',
  'steps>=2',
  'stable>=2 or residual<=0.3',
  'confidence>=0.2 and entropy<=1.79',
  'weakest>=0.99',
  'halt>continue',
];

/** Runs the runner in the bundle's folder. */
function run(folder: string, args: string[]): unknown {
  const runner = path.join(folder, 'runners', 'node', 'run.mjs');
  return JSON.parse(execFileSync(process.execPath, [runner, ...args], { cwd: folder, encoding: 'utf8' }));
}

/** Has the bundle's model halt by another rule. */
function setRule(folder: string, rule: string): BundleModel {
  const file = path.join(folder, 'vocabulary.json');
  const bundle = bundleSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const [model] = bundle.models;
  assert.ok(model);
  const changed = { ...model, halting: rule, haltingRule: treeOf(parseHaltingRule(rule)) };
  writeFileSync(file, JSON.stringify({ ...bundle, models: [changed] }));
  return changed;
}

test('answers, steps and halting probabilities are those of the studio, by every kind of rule', async (t) => {
  const { folder, modelFile } = await makeTinyBundle(temporaryFolder(t), false);
  symlinkSync(modules, path.join(folder, 'node_modules'), 'junction');
  const opened = await openModel(modelFile);
  t.after(() => opened.close());
  for (const [index, rule] of rules.entries()) {
    const model = setRule(folder, rule);
    const example = model.examples[index % model.examples.length];
    assert.ok(example);
    const puzzle = example.puzzle.map((token) => model.characters?.[token]?.[0]).join('');
    const options = { maximumSteps: model.maximumSteps, rule: parseHaltingRule(rule) };
    let expected = {};
    for await (const step of runRecursion(opened, joinPuzzles([Int32Array.from(example.puzzle)]), options)) {
      const answer = Array.from(step.answer, (token) => model.characters?.[token]?.[0]).join('');
      expected = { answer, steps: step.signals.step, haltProbability: step.signals.haltProbability };
    }
    assert.deepEqual(run(folder, ['--puzzle', puzzle]), expected, rule);
    assert.deepEqual(run(folder, ['--example', String((index % model.examples.length) + 1)]), expected, rule);
  }
});

test('--benchmark writes what the studio reads, about this very model', async (t) => {
  const { folder } = await makeTinyBundle(temporaryFolder(t), false);
  symlinkSync(modules, path.join(folder, 'node_modules'), 'junction');
  const printed = run(folder, ['--benchmark', '--device', 'a test', '--threads', '1']);
  const written = JSON.parse(readFileSync(path.join(folder, 'benchmark.json'), 'utf8'));
  assert.deepEqual(written, printed);
  const { device, threads, modelSha256, puzzles } = deviceBenchmarkSchema.parse(written);
  const { models } = bundleSchema.parse(
    JSON.parse(readFileSync(path.join(folder, 'vocabulary.json'), 'utf8')),
  );
  assert.deepEqual(
    { device, threads, modelSha256, puzzles },
    { device: 'a test', threads: 1, modelSha256: models[0]?.sha256, puzzles: 18 },
  );
});

test('a damaged model and a puzzle of another size are refused', async (t) => {
  const { folder } = await makeTinyBundle(temporaryFolder(t), false);
  symlinkSync(modules, path.join(folder, 'node_modules'), 'junction');
  assert.throws(() => run(folder, ['--puzzle', '123']), /A puzzle has 4x4 characters/);
  const file = path.join(folder, 'models', 'tiny.onnx');
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  assert.throws(() => run(folder, ['--example', '1']), /models\/tiny\.onnx is damaged/);
});
