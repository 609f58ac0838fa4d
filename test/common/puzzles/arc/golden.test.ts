// The reference's own numbers for ARC grids: tokens, cropping, hashes, augmentation names and voting.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { parseIdentifierName, restoreGrid } from '../../../../common/puzzles/arc/augmentation.ts';
import { gridBytes, gridToRows, readGrid } from '../../../../common/puzzles/arc/grid.ts';
import { cropGrid, encodeGrid } from '../../../../common/puzzles/arc/tokens.ts';
import { makeSubmission, scoreTasks, VoteBook } from '../../../../common/puzzles/arc/voting.ts';
import type { Grid } from '../../../../common/puzzles/dihedral.ts';

const rows = z.array(z.array(z.number().int()));
const goldenSchema = z.object({
  grid_to_seq: z.array(
    z.object({
      input_grid: rows,
      output_grid: rows,
      input_seq: z.array(z.number()),
      output_seq: z.array(z.number()),
      pad_r: z.number(),
      pad_c: z.number(),
    }),
  ),
  crop: z.array(
    z.object({
      name: z.string(),
      seq: z.array(z.number()),
      shape: z.array(z.number()),
      cropped: rows,
    }),
  ),
  grid_hash: z.array(z.object({ grid: rows, sha256: z.string() })),
  inverse_aug: z.array(
    z.object({
      name: z.string(),
      original_name: z.string(),
      grid: rows,
      augmented: rows.optional(),
      inverse_of_augmented: rows.optional(),
      inverse_applied_to_grid: rows,
    }),
  ),
});

const voteSchema = z.object({
  identifiers: z.array(z.string()),
  test_puzzles: z.record(z.string(), z.object({ test: z.array(z.object({ input: rows, output: rows })) })),
  batches: z.array(
    z.object({
      inputs: z.array(z.array(z.number())),
      puzzle_identifiers: z.array(z.number()),
      preds: z.array(z.array(z.number())),
      q_halt_logits: z.array(z.number()),
    }),
  ),
  ranking: z.record(
    z.string(),
    z.array(z.object({ ranked: z.array(z.object({ votes: z.number(), mean_q: z.number(), grid: rows })) })),
  ),
  submission: z.record(z.string(), z.array(z.object({ attempt_1: rows, attempt_2: rows }))),
  metrics: z.record(z.string(), z.number()),
});

function readGolden<Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> {
  const path = join(import.meta.dirname, '../../../golden/small', name);
  return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

function toGrid(value: number[][]): Grid {
  if (value.length === 0) return { grid: new Uint8Array(), rows: 0, columns: 0 };
  const grid = readGrid(value);
  assert.ok('grid' in grid);
  return grid;
}

const golden = readGolden('arc.json', goldenSchema);

test('grids become the tokens of the reference, at the first cell and moved', () => {
  const tokens = new Uint8Array(900);
  for (const { input_grid, output_grid, input_seq, output_seq, pad_r, pad_c } of golden.grid_to_seq) {
    encodeGrid(toGrid(input_grid), 30, tokens, pad_r, pad_c);
    assert.deepEqual([...tokens], input_seq);
    encodeGrid(toGrid(output_grid), 30, tokens, pad_r, pad_c);
    assert.deepEqual([...tokens], output_seq);
  }
});

test('answers are cropped as the reference crops them', () => {
  for (const { name, seq, shape, cropped } of golden.crop) {
    const { grid, rows: height, columns } = cropGrid(seq, 30);
    assert.deepEqual({ name, shape: [height, columns] }, { name, shape });
    assert.deepEqual([...grid], cropped.flat());
  }
});

test('the bytes of a grid have the hash of the reference', () => {
  for (const { grid, sha256 } of golden.grid_hash) {
    assert.equal(
      createHash('sha256')
        .update(gridBytes(toGrid(grid)))
        .digest('hex'),
      sha256,
    );
  }
});

test('identifier names say how a task was augmented, and it can be undone', () => {
  for (const each of golden.inverse_aug) {
    const parsed = parseIdentifierName(each.name);
    assert.ok(parsed);
    assert.equal(parsed.task, each.original_name);
    const grid = toGrid(each.grid);
    assert.deepEqual(gridToRows(restoreGrid(grid, parsed.augmentation)), each.inverse_applied_to_grid);
    if (each.augmented === undefined) continue;
    const restored = restoreGrid(toGrid(each.augmented), parsed.augmentation);
    assert.deepEqual(gridToRows(restored), each.inverse_of_augmented);
  }
});

test('votes are ranked, scored and submitted as the reference does', () => {
  const golden = readGolden('arc_vote.json', voteSchema);
  const book = new VoteBook();
  for (const batch of golden.batches) {
    for (const [row, identifier] of batch.puzzle_identifiers.entries()) {
      if (identifier === 0) continue;
      const parsed = parseIdentifierName(golden.identifiers[identifier] ?? '');
      assert.ok(parsed);
      const restore = (tokens: number[] = []) => restoreGrid(cropGrid(tokens, 30), parsed.augmentation);
      const logit = Math.fround(batch.q_halt_logits[row] ?? Number.NaN);
      const probability = 1 / (1 + Math.exp(-logit));
      book.add(parsed.task, restore(batch.inputs[row]), restore(batch.preds[row]), probability);
    }
  }
  const puzzles = new Map(
    Object.entries(golden.test_puzzles).map(([task, { test: pairs }]) => [
      task,
      pairs.map(({ input, output }) => ({ input: toGrid(input), output: toGrid(output) })),
    ]),
  );
  for (const [task, pairs] of puzzles) {
    for (const [index, { input }] of pairs.entries()) {
      const ranked = golden.ranking[task]?.[index]?.ranked ?? [];
      const found = book.rank(task, input);
      assert.deepEqual(
        found.map(({ grid, votes }) => ({ grid: gridToRows(grid), votes })),
        ranked.map(({ grid, votes }) => ({ grid, votes })),
      );
      for (const [place, { mean_q }] of ranked.entries()) {
        assert.ok(Math.abs((found[place]?.meanConfidence ?? 0) - mean_q) < 1e-12);
      }
    }
  }
  for (const tries of [1, 2, 5, 10]) {
    const scores = scoreTasks(book, puzzles, tries);
    const score = scores.reduce((sum, each) => sum + each, 0) / scores.length;
    assert.equal(score, golden.metrics[`ARC/pass@${tries}`]);
  }
  // The reference leaves out test inputs without any answer, so that later ones would move up.
  assert.deepEqual(makeSubmission(book, puzzles), {
    ...golden.submission,
    cccc3333: [{ attempt_1: [[0]], attempt_2: [[0]] }],
  });
});
