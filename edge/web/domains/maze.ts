// Mazes: walls are painted, one start and one goal are set; an answer must mark a shortest way.

import type { BundleModel } from '../../../common/bundle.ts';
import { cellNames, goal, open, path, start, wall } from '../../../common/puzzles/maze/cells.ts';
import { createAnswerChecker, createMazeCheck } from '../../../common/puzzles/maze/check.ts';
import { createMazeGenerator, mostGeneratedColumns } from '../../../common/puzzles/maze/generate.ts';
import { usualPathLength } from '../../../common/puzzles/maze/limits.ts';
import { type Brush, type EdgeDomain, sentence } from './domain.ts';

const brushes: readonly Brush[] = [
  { token: open, name: 'open', mark: '', look: 'open', key: 'Backspace' },
  { token: wall, name: 'wall', mark: '', look: 'wall', key: '#' },
  { token: start, name: 'start', mark: 'S', look: 'end', key: 's' },
  { token: goal, name: 'goal', mark: 'G', look: 'end', key: 'g' },
];
const pathBrush: Brush = { token: path, name: 'path', mark: '•', look: 'path', key: '' };
const unknown: Brush = { token: 0, name: 'nothing', mark: '?', look: 'unknown', key: '' };

/** How often a grid is drawn until one has a long way. */
const mostTries = 200_000;

/** Null where the vocabulary is not that of mazes. */
export function createMaze({ gridRows: rows, gridColumns: columns, tokens }: BundleModel): EdgeDomain | null {
  if (tokens.length !== cellNames.length || tokens.some((name, token) => name !== cellNames[token]))
    return null;
  const shape = { rows, columns };
  const findFault = createMazeCheck(shape);
  const check = createAnswerChecker(shape);
  const looks = [...brushes, pathBrush];
  return {
    entry: 'paint',
    brushes,
    lookOf: (token) => looks.find((brush) => brush.token === token) ?? unknown,
    stride: columns,
    sizeOf: () => shape,
    box: null,
    empty: () => new Int32Array(rows * columns).fill(open),
    conflicts: () => new Set(),
    findProblem(cells) {
      const fault = findFault(Uint8Array.from(cells));
      return fault === undefined ? null : sentence(fault);
    },
    check(question, answer) {
      const verdict = check(Uint8Array.from(question), answer);
      if (verdict.shortest) return { valid: true, reason: 'It is a shortest way from S to G.' };
      return { valid: false, reason: sentence(verdict.reason) };
    },
    make(random) {
      if (columns > mostGeneratedColumns) return null;
      const minimumPathLength = usualPathLength(shape);
      const limits = { minimumPathLength, minimumWallShare: 0.2, maximumWallShare: 0.5 };
      const maze = createMazeGenerator(shape, limits)(random, mostTries);
      return maze === undefined ? null : Int32Array.from(maze);
    },
  };
}
