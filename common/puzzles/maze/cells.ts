// The cells of a maze. A maze and its answer are Uint8Arrays of these values row by row, which are also the tokens of
// the reference's datasets.

/** 0 is the padding of datasets and no cell of a maze. */
export const wall = 1;
export const open = 2;
export const start = 3;
export const goal = 4;
/** Only in answers: the cells between start and goal. */
export const path = 5;

/** The character of each value; that of the padding only shows that there is no cell. */
export const cellCharacters = '?# SGo';

/** What each value means, as dataset cards name it. */
export const cellNames = ['padding', 'wall', 'open', 'start', 'goal', 'path'];

export interface MazeShape {
  rows: number;
  columns: number;
}

/** `row 3, column 5`: counted from 1, as people do. */
export function cellName({ columns }: MazeShape, cell: number): string {
  return `row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1}`;
}
