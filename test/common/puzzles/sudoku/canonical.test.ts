import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCanonicalizer } from '../../../../common/puzzles/sudoku/canonical.ts';
import { digPuzzle, randomGrid } from '../../../../common/puzzles/sudoku/generate.ts';
import { type Geometry, sudokuGeometry, sudokuSizes } from '../../../../common/puzzles/sudoku/geometry.ts';
import { applySymmetry, randomSymmetry } from '../../../../common/puzzles/sudoku/symmetry.ts';
import {
  allClasses6,
  allGrids4,
  canonicalPuzzle,
  classSize,
} from '../../../../common/puzzles/sudoku/symmetry-class.ts';
import { formatGrid } from '../../../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../../../common/random.ts';

/** All orders of `lineCount` lines in which groups of `groupSize` stay together. */
function lineOrders(lineCount: number, groupSize: number): number[][] {
  const orders = (items: number[]): number[][] =>
    items.length === 0
      ? [[]]
      : items.flatMap((item) =>
          orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
        );
  const groups = orders(Array.from({ length: lineCount / groupSize }, (_, group) => group));
  const withinGroup = orders(Array.from({ length: groupSize }, (_, line) => line));
  return groups.flatMap((order) =>
    order.reduce<number[][]>(
      (starts, group) =>
        starts.flatMap((start) =>
          withinGroup.map((lines) => [...start, ...lines.map((line) => group * groupSize + line)]),
        ),
      [[]],
    ),
  );
}

/** The canonical form by trying every symmetry, and how many lead to it. */
function canonicalByTrial(geometry: Geometry, grid: Uint8Array): { text: string; count: number } {
  const { size } = geometry;
  const rowOrders = lineOrders(size, geometry.boxRows);
  const columnOrders = lineOrders(size, geometry.boxColumns);
  let best = '';
  let count = 0;
  for (const transpose of geometry.transposable ? [false, true] : [false]) {
    for (const rows of rowOrders) {
      for (const columns of columnOrders) {
        const at = (row: number, column: number) =>
          grid[transpose ? column * size + row : row * size + column] ?? 0;
        const labels = new Map(columns.map((column, index) => [at(rows[0] ?? 0, column), index + 1]));
        const text = rows.flatMap((row) => columns.map((column) => labels.get(at(row, column)))).join('');
        if (best === '' || text < best) {
          best = text;
          count = 0;
        }
        if (text === best) count++;
      }
    }
  }
  return { text: best, count };
}

test('the canonical form of every 4×4 grid is what trying every symmetry gives', () => {
  const geometry = sudokuGeometry(4);
  const canonicalize = createCanonicalizer(geometry);
  for (const grid of allGrids4()) {
    const form = canonicalize(grid);
    assert.deepEqual(
      { text: formatGrid(form.grid), count: form.symmetries.length },
      canonicalByTrial(geometry, grid),
    );
  }
});

test('the canonical form of random 6×6 grids is what trying every symmetry gives', () => {
  const geometry = sudokuGeometry(6);
  const canonicalize = createCanonicalizer(geometry);
  const random = createRandom(0, 'canonical test');
  for (let index = 0; index < 20; index++) {
    const grid = randomGrid(geometry, random);
    const form = canonicalize(grid);
    assert.deepEqual(
      { text: formatGrid(form.grid), count: form.symmetries.length },
      canonicalByTrial(geometry, grid),
    );
  }
});

test('4×4 has two classes, of 96 and 192 grids', () => {
  const geometry = sudokuGeometry(4);
  const canonicalize = createCanonicalizer(geometry);
  const classes = new Map<string, { members: number; size: number }>();
  for (const grid of allGrids4()) {
    const form = canonicalize(grid);
    const members = (classes.get(formatGrid(form.grid))?.members ?? 0) + 1;
    classes.set(formatGrid(form.grid), { members, size: classSize(geometry, form) });
  }
  assert.deepEqual(Object.fromEntries(classes), {
    '1234341221434321': { members: 96, size: 96 },
    '1234341223414123': { members: 192, size: 192 },
  });
});

test('6×6 has 49 classes, whose sizes add up to all 28,200,960 grids', () => {
  const sizes = allClasses6().map((form) => classSize(sudokuGeometry(6), form));
  assert.equal(sizes.length, 49);
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    28_200_960,
  );
});

for (const size of sudokuSizes) {
  test(`symmetries of ${size}×${size} grids and puzzles do not change the canonical form`, () => {
    const geometry = sudokuGeometry(size);
    const canonicalize = createCanonicalizer(geometry);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = createRandom(seed, 'canonical test');
        const grid = randomGrid(geometry, random);
        const puzzle = digPuzzle(geometry, grid, 0, random);
        const symmetry = randomSymmetry(geometry, random);
        const form = canonicalize(grid);
        const newGrid = applySymmetry(geometry, symmetry, grid);
        const newForm = canonicalize(newGrid);
        assert.deepEqual(newForm.grid, form.grid);
        assert.ok(formatGrid(form.grid) <= formatGrid(newGrid));
        for (const one of form.symmetries) assert.deepEqual(applySymmetry(geometry, one, grid), form.grid);
        assert.deepEqual(
          canonicalPuzzle(geometry, applySymmetry(geometry, symmetry, puzzle), newForm),
          canonicalPuzzle(geometry, puzzle, form),
        );
      }),
      { numRuns: 60 },
    );
  });
}

test('other puzzles of the same grid have another canonical form', () => {
  const geometry = sudokuGeometry(9);
  const random = createRandom(5, 'canonical test');
  const grid = randomGrid(geometry, random);
  const form = createCanonicalizer(geometry)(grid);
  const forms = Array.from({ length: 50 }, () =>
    canonicalPuzzle(geometry, digPuzzle(geometry, grid, 0, random), form),
  );
  assert.equal(new Set(forms.map(formatGrid)).size, 50);
});

test('a grid with symmetries of its own has as many symmetries leading to its form', () => {
  const geometry = sudokuGeometry(9);
  // Rows are shifts of 1 to 9: known for its 648 symmetries.
  const mostCanonical = Uint8Array.from(
    '123456789456789123789123456231564897564897231897231564312645978645978312978312645',
    Number,
  );
  assert.equal(createCanonicalizer(geometry)(mostCanonical).symmetries.length, 648);
});
