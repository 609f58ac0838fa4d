// One tiny round of each benchmark that needs no reference, as the command runs it: what it names, and that its figures
// are there and belong together.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { findCheckpoint } from '../../bench/trained-model.ts';
import { homeFolder, projectFolder } from '../../engine/paths.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { makeTinyCheckpoint } from '../worker/export/tiny-checkpoint.ts';

const spread = z.object({ median: z.number(), minimum: z.number(), maximum: z.number() });
const accuracy = z.object({ value: z.number(), low: z.number(), high: z.number() });
const rate = { puzzlesPerSecond: spread, exactAccuracy: accuracy, meanSteps: z.number() };

/** Runs a benchmark with --json and --output; returns what it printed, and the Markdown text. */
async function runBenchmark<Schema extends z.ZodType>(
  context: TestContext,
  schema: Schema,
  ...commandLine: string[]
): Promise<{ found: z.infer<Schema>; markdown: string }> {
  const output = join(temporaryFolder(context), 'result.md');
  const program = join(projectFolder, 'bench', 'index.ts');
  const parts = [program, ...commandLine, '--rounds', '1', '--json', '--output', output];
  const { stdout } = await promisify(execFile)(process.execPath, parts);
  return { found: schema.parse(JSON.parse(stdout)), markdown: readFileSync(output, 'utf8') };
}

describe('one round of', () => {
  test('train', async (context) => {
    const row = z.object({
      shape: z.string(),
      trainer: z.string(),
      stepMs: spread,
      firstStepMs: z.number(),
      peakMemoryBytes: z.number().min(1e6),
      examplesPerSecond: z.number().positive(),
    });
    const schema = z.object({ machine: z.string(), rounds: z.number(), rows: z.array(row).length(1) });
    const { found, markdown } = await runBenchmark(context, schema, 'train', '--steps', '1');
    const [first] = found.rows;
    assert.deepEqual([first?.shape, first?.trainer, found.rounds], ['demo', 'ours, float32', 1]);
    assert.equal(Math.round((first?.examplesPerSecond ?? 0) * (first?.stepMs.median ?? 0)), 64_000);
    assert.match(markdown, /^Training, 1 rounds of 1 steps in turn, .*\n\n\| shape \| trainer \|/);
    assert.match(markdown, /Give --reference DIR and --python EXE to compare/);
  });

  test('evaluate and solve', async (context) => {
    const { folder, datasetFolder } = await makeTinyCheckpoint(temporaryFolder(context));
    const model = ['--checkpoint', folder, '--dataset', datasetFolder, '--puzzles', '6', '--batch-size', '4'];
    const evaluated = z.object({
      puzzles: z.number(),
      haltThreshold: z.number(),
      rows: z.array(z.object({ name: z.string(), ...rate })),
    });
    const { found } = await runBenchmark(context, evaluated, 'evaluate', ...model);
    assert.deepEqual([found.puzzles, found.haltThreshold], [6, 0.5]);
    assert.deepEqual(
      found.rows.map(({ name }) => name),
      ['ours, all steps', 'ours, halting above 0.5'],
    );
    const solved = z.object({
      rows: z.array(
        z.object({ solver: z.string(), latencyMs: z.object({ p50: z.number(), p95: z.number() }), ...rate }),
      ),
    });
    const { rows } = (await runBenchmark(context, solved, 'solve', ...model)).found;
    assert.deepEqual(
      rows.map(({ solver }) => solver),
      ['ours, halting from 0.5 on', 'ours, all steps'],
    );
    for (const { latencyMs, puzzlesPerSecond } of rows) {
      assert.ok(latencyMs.p50 > 0 && latencyMs.p95 >= latencyMs.p50 && puzzlesPerSecond.median > 0);
    }
    // The untrained halting head never says stop, so both modes do the same.
    for (const [halting, all] of [found.rows, rows]) {
      assert.deepEqual([halting?.meanSteps, halting?.exactAccuracy], [all?.meanSteps, all?.exactAccuracy]);
    }
  });

  test('startup', async (context) => {
    const schema = z.object({
      trainings: z.array(
        z.object({
          config: z.string(),
          trainer: z.string(),
          firstStepMs: spread,
          readyMs: spread,
          phases: z.record(z.string(), z.number()),
        }),
      ),
      recordings: z.array(z.object({ config: z.string(), elapsedMs: z.number().positive() })),
      starts: z.array(z.object({ command: z.string(), elapsedMs: spread })),
    });
    const config = join(projectFolder, 'configs', 'demo.yaml');
    const { found } = await runBenchmark(context, schema, 'startup', '--config', config);
    const [training] = found.trainings;
    assert.deepEqual([training?.config, training?.trainer], ['demo.yaml', 'ours, float32']);
    const phases = Object.values(training?.phases ?? {}).reduce((sum, elapsedMs) => sum + elapsedMs, 0);
    assert.ok(Math.abs(phases - (training?.firstStepMs.median ?? 0)) < 1e-6);
    assert.deepEqual(
      [found.recordings.map((recording) => recording.config), found.starts.map(({ command }) => command)],
      [['demo.yaml'], ['trm --version', 'trm doctor']],
    );
  });
});

test('a checkpoint that is not there is named', async () => {
  await assert.rejects(findCheckpoint('no-such-run'), {
    name: 'UserError',
    message:
      'There is no such checkpoint\n  where:    --checkpoint\n  found:    no-such-run\n' +
      `  expected: the folder of a checkpoint or a run, or the id of a run in ${join(homeFolder(), 'runs')}`,
  });
});
