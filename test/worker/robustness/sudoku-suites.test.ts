// The Sudoku suites: each changed puzzle is what its suite says, by the exact solver.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findConflict } from '../../../common/puzzles/sudoku/check.ts';
import { countClues } from '../../../common/puzzles/sudoku/generate.ts';
import { type SudokuSize, sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../common/puzzles/sudoku/solver.ts';
import { sudokuTokens } from '../../../worker/solve/sudoku.ts';
import { countDifferences, openPuzzleSet } from './puzzle-sets.ts';

const sizes: SudokuSize[] = [4, 6];

for (const size of sizes) {
  describe(`${size}×${size}`, () => {
    const geometry = sudokuGeometry(size);
    const solve = createSolver(geometry);
    const open = async (t: Parameters<typeof openPuzzleSet>[0]) => {
      const set = await openPuzzleSet(t, size === 4 ? 'sudoku 4×4' : 'sudoku 6×6');
      const tokens = sudokuTokens(set.vocabulary);
      const look = (input: Int32Array) => {
        const digits = tokens.toDigits(input);
        const { solutionCount, grid } = solve(digits, { limit: 2 });
        const solution = grid === undefined ? undefined : tokens.fromDigits(grid);
        return { digits, solutionCount, solution, conflict: findConflict(geometry, digits) };
      };
      return { ...set, tokens, look };
    };

    test('unsolvable puzzles have no solution, and no rule is broken in sight', async (t) => {
      const { make, look } = await open(t);
      const puzzles = await make('unsolvable');
      assert.equal(puzzles.length, 20);
      for (const { made, source } of puzzles) {
        const { solutionCount, conflict } = look(made.input);
        assert.deepEqual({ solutionCount, conflict }, { solutionCount: 0, conflict: undefined });
        assert.equal(countDifferences(made.input, source.input), 1);
        const before = look(source.input).solution ?? source.label;
        assert.deepEqual(made.judge(before), { valid: false, reason: 'the puzzle has no solution' });
      }
    });

    test('puzzles with several solutions have two at least, and either is right', async (t) => {
      const { make, look, tokens } = await open(t);
      for (const { made, source } of await make('several-solutions')) {
        const { digits, solutionCount, solution } = look(made.input);
        assert.equal(solutionCount, 2);
        assert.ok(solution !== undefined);
        assert.deepEqual(made.judge(solution), { valid: true });
        assert.deepEqual(made.judge(source.label), { valid: true });
        // A solution that differs from the one of before: it is right too.
        const cell = digits.findIndex((digit, index) => {
          if (digit !== 0) return false;
          const known = tokens.toDigits(source.label)[index] ?? 0;
          return [...Array(size).keys()].some((other) => {
            if (other + 1 === known) return false;
            return solve(digits.with(index, other + 1), { limit: 1 }).solutionCount > 0;
          });
        });
        assert.notEqual(cell, -1);
      }
    });

    test('contradictory givens break a rule in sight', async (t) => {
      const { make, look } = await open(t);
      for (const { made, source } of await make('contradictory')) {
        assert.notEqual(look(made.input).conflict, undefined);
        assert.equal(countDifferences(made.input, source.input), 1);
        assert.deepEqual(made.judge(source.label), { valid: false, reason: 'the givens break the rules' });
      }
    });

    test('misleading givens break none, and what was right is right no more', async (t) => {
      const { make, look } = await open(t);
      for (const { made, source } of await make('misleading', 'another solution')) {
        const { solution, conflict } = look(made.input);
        assert.equal(conflict, undefined);
        assert.equal(countDifferences(made.input, source.input), 1);
        assert.ok(solution !== undefined);
        assert.deepEqual(made.judge(solution), { valid: true });
        assert.equal(made.judge(source.label).valid, false);
      }
      for (const { made, source } of await make('misleading', 'no solution')) {
        const { solutionCount, conflict } = look(made.input);
        assert.deepEqual({ solutionCount, conflict }, { solutionCount: 0, conflict: undefined });
        assert.equal(made.judge(source.label).valid, false);
      }
    });

    test('fewer givens leave one solution', async (t) => {
      const { make, look } = await open(t);
      for (const { made, source } of await make('fewer-givens')) {
        const { digits, solutionCount } = look(made.input);
        assert.equal(solutionCount, 1);
        assert.ok(countClues(digits) < countClues(look(source.input).digits));
        assert.deepEqual(made.judge(source.label), { valid: true });
      }
    });

    test('noise changes as many cells as it says', async (t) => {
      const { make, look } = await open(t);
      for (const [rate, cells] of [
        [0.02, 1],
        [0.1, Math.round(0.1 * size ** 2)],
        [0.2, Math.round(0.2 * size ** 2)],
      ] as const) {
        for (const { made, source } of await make('noise', `${Math.round(rate * 100)} % of the cells`)) {
          assert.equal(countDifferences(made.input, source.input), cells);
          const { solution } = look(made.input);
          if (solution === undefined) assert.equal(made.judge(source.label).valid, false);
          else assert.deepEqual(made.judge(solution), { valid: true });
        }
      }
    });

    test('exchanged digits, mirrored puzzles and foreign tokens have one solution as before', async (t) => {
      const { make, look, sources } = await open(t);
      for (const { made, source } of [
        ...(await make('shifted-vocabulary', 'digits exchanged')),
        ...(await make('turned')),
      ]) {
        const { solutionCount, solution } = look(made.input);
        assert.equal(solutionCount, 1);
        assert.ok(solution !== undefined);
        assert.deepEqual(made.judge(solution), { valid: true });
        assert.equal(countClues(look(made.input).digits), countClues(look(source.input).digits));
        assert.ok(countDifferences(made.input, source.input) > 0);
      }
      for (const { made, source } of await make('shifted-vocabulary', 'a foreign token')) {
        assert.deepEqual(
          made.input,
          source.input.map((token) => (token === 1 ? 0 : token)),
        );
        assert.deepEqual(made.judge(source.label), { valid: true });
      }
      for (const { made } of await make('baseline')) {
        assert.deepEqual(made.judge(sources[made.example]?.label ?? made.input), { valid: true });
      }
    });
  });
}

test('smaller puzzles stand in the first corner of padding and have one solution', async (t) => {
  const { make, vocabulary, notApplicable } = await openPuzzleSet(t, 'sudoku 6×6');
  const { toDigits, fromDigits } = sudokuTokens(vocabulary);
  const solve = createSolver(sudokuGeometry(4));
  const inside = (cell: number) => Math.floor(cell / 6) < 4 && cell % 6 < 4;
  for (const { made } of await make('other-size', '4×4')) {
    assert.ok(made.input.every((token, cell) => inside(cell) || token === 0));
    const corner = toDigits(made.input.filter((_, cell) => inside(cell)));
    const { solutionCount, grid } = solve(corner, { limit: 2 });
    assert.equal(solutionCount, 1);
    assert.ok(grid !== undefined);
    const solution = fromDigits(grid);
    const answer = made.input.map((_, cell) => {
      return inside(cell) ? (solution[Math.floor(cell / 6) * 4 + (cell % 6)] ?? 0) : 3;
    });
    assert.deepEqual(made.judge(answer), { valid: true });
    assert.equal(made.judge(answer.with(0, answer[1] ?? 0)).valid, false);
  }
  assert.deepEqual(notApplicable, ['identifier']);
});

test('the same seed makes the same puzzles, another one others', async (t) => {
  const { variants, make } = await openPuzzleSet(t, 'sudoku 6×6');
  for (const { suite, variant } of variants) {
    const inputs = async (seed: number) =>
      (await make(suite, variant ?? undefined, seed)).map(({ made }) => [...made.input]);
    assert.deepEqual(await inputs(3), await inputs(3));
    const isFixed = suite === 'baseline' || suite === 'turned' || variant === 'a foreign token';
    if (isFixed) assert.deepEqual(await inputs(3), await inputs(4));
    else assert.notDeepEqual(await inputs(3), await inputs(4));
  }
});
