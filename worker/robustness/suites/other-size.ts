// Puzzles of another size than those of training, as far as the model's sequence has room for them: smaller ones in the
// first corner. Larger ones cannot be given to a model whose sequence has a fixed length.

import { cropGrid, encodeGrid } from '../../../common/puzzles/arc/tokens.ts';
import { type MazeShape, wall } from '../../../common/puzzles/maze/cells.ts';
import { createAnswerChecker } from '../../../common/puzzles/maze/check.ts';
import { createMazeGenerator, mostGeneratedColumns } from '../../../common/puzzles/maze/generate.ts';
import { usualPathLength } from '../../../common/puzzles/maze/limits.ts';
import { checkAnswer } from '../../../common/puzzles/sudoku/check.ts';
import { digPuzzle, randomGrid } from '../../../common/puzzles/sudoku/generate.ts';
import { type SudokuSize, sudokuGeometry, sudokuSizes } from '../../../common/puzzles/sudoku/geometry.ts';
import { createSolver } from '../../../common/puzzles/sudoku/solver.ts';
import type { Random } from '../../../common/random.ts';
import { cutCorner, putIntoCorner } from '../corner.ts';
import type { ArcLab, MazeLab, SudokuLab } from '../labs.ts';
import { never, type SourcePuzzle, type Suite, type SuitePuzzle, type Variant } from '../suite.ts';

/** The token that fills sequences up. */
const padding = 0;
/** Random grids that are tried for a small maze. */
const mazeTries = 20_000;

export const otherSize: Suite = {
  sudoku(lab) {
    const { size } = lab.tokens.geometry;
    const smaller = sudokuSizes.filter((other) => other < size);
    if (smaller.length === 0)
      return { doesNotApply: `there are no Sudokus smaller than ${size}×${size} here` };
    return smaller.map((other) => smallSudoku(lab, other));
  },
  maze(lab) {
    const { rows, columns } = lab.shape;
    const small = { rows: Math.ceil((rows * 2) / 3), columns: Math.ceil((columns * 2) / 3) };
    const fewest = Math.min(small.rows, small.columns);
    if (fewest < 3 || small.columns > mostGeneratedColumns)
      return { doesNotApply: `no mazes of two thirds of ${rows}×${columns} are made` };
    return [smallMaze(lab, small, 'walled in', wall), smallMaze(lab, small, 'padded', padding)];
  },
  arc: (lab) => [
    {
      variant: 'moved',
      change:
        'the grid is moved away from the first corner of the frame, as far as input and output have room',
      right: 'the known output, moved in the same way',
      make: (puzzle, random) => moveGrid(lab, puzzle, random),
    },
  ],
  tokens: never('puzzles of another size would be other puzzles, whose answers are not known'),
};

function smallSudoku({ vocabulary, tokens }: SudokuLab, size: SudokuSize): Variant {
  const geometry = sudokuGeometry(size);
  const solve = createSolver(geometry);
  const shape = { rows: size, columns: size };
  return {
    variant: `${size}×${size}`,
    change: `new ${size}×${size} puzzles with one solution in the first corner, padding around them`,
    right: `a full ${size}×${size} grid in that corner that keeps its rules and givens; what is around does not count`,
    make({ identifier }, random) {
      const puzzle = digPuzzle(geometry, randomGrid(geometry, random, solve), 0, random, solve);
      return {
        input: putIntoCorner(tokens.fromDigits(puzzle), shape, vocabulary, padding),
        identifier,
        judge: (answer) =>
          checkAnswer(geometry, puzzle, tokens.toDigits(cutCorner(answer, shape, vocabulary))),
      };
    },
  };
}

function smallMaze({ vocabulary }: MazeLab, shape: MazeShape, variant: string, around: number): Variant {
  const limits = { minimumPathLength: usualPathLength(shape), minimumWallShare: 0.3, maximumWallShare: 0.5 };
  const generate = createMazeGenerator(shape, limits);
  const check = createAnswerChecker(shape);
  return {
    variant: `${shape.rows}×${shape.columns}, ${variant}`,
    change: `new ${shape.rows}×${shape.columns} mazes in the first corner, ${around === wall ? 'walls' : 'padding'} around them`,
    right: 'any shortest path in that corner; what is around does not count',
    make({ identifier }, random): SuitePuzzle | undefined {
      const maze = generate(random, mazeTries);
      if (maze === undefined) return undefined;
      return {
        input: putIntoCorner(Int32Array.from(maze), shape, vocabulary, around),
        identifier,
        judge(answer) {
          const verdict = check(maze, cutCorner(answer, shape, vocabulary));
          return verdict.shortest ? { valid: true } : { valid: false, reason: verdict.reason };
        },
      };
    },
  };
}

/** Undefined where the input or the output has no room to move. */
function moveGrid({ side, domain }: ArcLab, puzzle: SourcePuzzle, random: Random): SuitePuzzle | undefined {
  const [from, to] = [cropGrid(puzzle.input, side), cropGrid(puzzle.label, side)];
  const most = { top: side - Math.max(from.rows, to.rows), left: side - Math.max(from.columns, to.columns) };
  const places = (most.top + 1) * (most.left + 1);
  if (places < 2) return undefined;
  const place = 1 + random.integer(places - 1);
  const [top, left] = [Math.floor(place / (most.left + 1)), place % (most.left + 1)];
  const frame = new Uint8Array(side * side);
  encodeGrid(from, side, frame, top, left);
  const input = Int32Array.from(frame);
  const moveBack = (answer: Int32Array) =>
    answer.map((_, cell) => {
      const [row, column] = [Math.floor(cell / side) + top, (cell % side) + left];
      return row < side && column < side ? (answer[row * side + column] ?? padding) : padding;
    });
  const { identifier, label } = puzzle;
  return { input, identifier, judge: (answer) => domain.check(input, moveBack(answer), label) };
}
