import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPuzzle } from '../../../engine/cli/grids.ts';
import { createOutput } from '../../../engine/cli/output.ts';

const plain = { ...createOutput({ json: true, verbose: false }), color: false, columns: 40 };
const puzzle = {
  puzzle: 0,
  question: 'S #\n  G',
  answer: 'S #\nooG',
  steps: 2,
  haltProbability: 0.75,
  valid: true,
};
const signals = { haltProbability: 0.25, changedCells: 1, latentResidual: null, confidence: 0.5 };
const step = { puzzle: 0, ...signals, halted: false };
const steps = [
  { ...step, step: 1, answer: 'So#\n  G' },
  { ...step, step: 2, answer: 'S #\nooG', haltProbability: 0.75, halted: true },
];

test('a maze and its answers are drawn row by row, side by side', () => {
  assert.deepEqual(drawPuzzle(plain, puzzle, steps, 'cells').split('\n'), [
    'Puzzle 1: solved after 2 steps',
    'puzzle   step 1        step 2 (halts)',
    'S.#      So#           S.#',
    '..G      ..G           ooG',
    '         halt 25.0 %   halt 75.0 %',
  ]);
});

test('where there are colors, changed cells are bold and the others dim', () => {
  const drawn = drawPuzzle({ ...plain, color: true }, puzzle, steps.slice(0, 1), 'cells').split('\n');
  assert.equal(drawn[2], 'S.#      \x1b[2mS\x1b[22m\x1b[1mo\x1b[22m\x1b[2m#\x1b[22m');
});
