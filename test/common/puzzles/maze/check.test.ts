import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { path, start } from '../../../../common/puzzles/maze/cells.ts';
import { createAnswerChecker, createMazeCheck } from '../../../../common/puzzles/maze/check.ts';
import { createMazeSolver, mazeNeighbours } from '../../../../common/puzzles/maze/solver.ts';
import { arbitraryMaze, drawMaze } from './samples.ts';

/** By trying all simple paths: whether one of them has exactly the marked cells. */
function isAnyPath({ shape, cells }: ReturnType<typeof drawMaze>): boolean {
  const neighbours = mazeNeighbours(shape);
  const left = new Set([...cells.keys()].filter((cell) => cells[cell]! > 2));
  function goesOn(cell: number): boolean {
    left.delete(cell);
    if (left.size === 0) return cells[cell] === 4;
    const next = [...neighbours.subarray(cell * 4, cell * 4 + 4)].filter((neighbour) => left.has(neighbour));
    if (cells[cell] !== 4 && next.some(goesOn)) return true;
    left.add(cell);
    return false;
  }
  return goesOn(cells.indexOf(start));
}

test('says what is wrong with a maze', () => {
  const faults: [rows: string[], fault: string | undefined][] = [
    [['S G'], undefined],
    [['  G'], 'there is no S'],
    [['S  '], 'there is no G'],
    [['S G', '  S'], 'S is at row 1, column 1 and again at row 2, column 3'],
    [['S G', ' G#'], 'G is at row 1, column 3 and again at row 2, column 2'],
    [['S#G', ' # '], 'there is no way from S to G'],
  ];
  for (const [rows, fault] of faults) {
    const { shape, cells } = drawMaze(...rows);
    assert.equal(createMazeCheck(shape)(cells), fault);
  }
});

test('tells shortest paths, other paths and everything else apart, with the reason', () => {
  const { shape, cells } = drawMaze('S   ', '  # ', '   G');
  const check = createAnswerChecker(shape);
  const shortest = { path: true, shortest: true };
  const detour = { path: true, shortest: false, reason: 'the path has 7 steps, a shortest one has 5' };
  const none = (reason: string) => ({ path: false, shortest: false, reason });
  const answers: [rows: string[], verdict: object][] = [
    [['S   ', 'o # ', 'oooG'], shortest],
    [['Sooo', '  #o', '   G'], shortest],
    [['So  ', 'oo# ', 'oooG'], detour],
    [['Sooo', 'o #o', 'oooG'], none('the marked cells are not those of one path')],
    [['Soo ', ' o# ', ' ooG'], none('row 1, column 3 is marked, but no path from S to G goes through it')],
    [['So  ', ' o# ', 'oooG'], none('row 3, column 1 is marked, but no path from S to G goes through it')],
    [['So o', ' o# ', ' ooG'], none('row 1, column 4 is marked, but no path from S to G goes through it')],
    [['So  ', '  # ', ' ooG'], none('the marked cells do not lead from S to G')],
    [['So  ', ' oo ', ' ooG'], none('row 2, column 3 holds the path, but the maze has a wall there')],
    [['So G', ' o# ', ' ooG'], none('row 1, column 4 holds G, but the maze has an open cell there')],
    [['oo  ', ' o# ', ' ooG'], none('row 1, column 1 holds the path, but the maze has S there')],
  ];
  for (const [rows, verdict] of answers) assert.deepEqual(check(cells, drawMaze(...rows).cells), verdict);
  const unknown = { 0: 'nothing', 9: 'no token of a maze' };
  for (const [token, meaning] of Object.entries(unknown)) {
    assert.deepEqual(
      check(cells, new Int32Array(12).fill(Number(token))),
      none(`row 1, column 1 holds ${meaning}, but the maze has S there`),
    );
  }
});

test('start and goal side by side need no marks', () => {
  const { shape, cells } = drawMaze('SG ', '   ');
  const check = createAnswerChecker(shape);
  assert.deepEqual(check(cells, cells), { path: true, shortest: true });
  assert.deepEqual(check(cells, drawMaze('SG ', 'oo ').cells), {
    path: true,
    shortest: false,
    reason: 'the path has 3 steps, a shortest one has 1',
  });
});

test('a large blob of marks is no path', () => {
  const rows = [
    'S'.padEnd(20, 'o'),
    ...Array.from({ length: 18 }, () => 'o'.repeat(20)),
    'G'.padStart(20, 'o'),
  ];
  const { shape, cells } = drawMaze(...rows);
  const maze = cells.map((value) => (value === path ? 2 : value));
  assert.equal(createAnswerChecker(shape)(maze, cells).path, false);
});

test('an answer is a path exactly when trying all paths finds one', () => {
  const marked = arbitraryMaze.chain(({ shape, cells }) =>
    fc.infiniteStream(fc.integer({ min: 0, max: 3 })).map((stream) => ({
      shape,
      cells,
      answer: cells.map((value) => (value === 2 && (stream.next().value ?? 0) > 1 ? path : value)),
    })),
  );
  fc.assert(
    fc.property(marked, ({ shape, cells, answer }) => {
      const small = shape.rows * shape.columns <= 36;
      if (small) {
        assert.equal(createAnswerChecker(shape)(cells, answer).path, isAnyPath({ shape, cells: answer }));
      }
    }),
    { numRuns: 1000 },
  );
});

test('every path of a random walk is one, and the solution is a shortest', () => {
  const walks = fc.tuple(arbitraryMaze, fc.array(fc.nat(3), { minLength: 1, maxLength: 80 }));
  fc.assert(
    fc.property(walks, ([{ shape, cells }, turns]) => {
      const solution = createMazeSolver(shape)(cells);
      const check = createAnswerChecker(shape);
      if (solution !== undefined)
        assert.deepEqual(check(cells, solution.answer), { path: true, shortest: true });
      const neighbours = mazeNeighbours(shape);
      const visited = [cells.indexOf(start)];
      for (const turn of turns) {
        const next = neighbours[visited.at(-1)! * 4 + turn]!;
        if (next >= 0 && cells[next] === 2 && !visited.includes(next)) visited.push(next);
      }
      if (visited.length < 2) return;
      const end = visited.at(-1)!;
      const maze = cells.map((value, cell) => (value === 4 ? 2 : cell === end ? 4 : value));
      const answer = maze.map((value, cell) => (value === 2 && visited.includes(cell) ? path : value));
      assert.equal(check(maze, answer).path, true);
    }),
    { numRuns: 500 },
  );
});
