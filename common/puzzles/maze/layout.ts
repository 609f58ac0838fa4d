// The wall layout of a maze up to turning and mirroring: two mazes have the same key exactly when a symmetry makes the
// walls of the one those of the other, wherever start and goal are.

import { dihedralCount, dihedralSource } from '../dihedral.ts';
import { type MazeShape, wall } from './cells.ts';

const bitsPerCharacter = 15;

/** The symmetries that keep the shape: all eight for squares, four for other rectangles. */
export function shapeTransforms({ rows, columns }: MazeShape): number[] {
  const transforms = Array.from({ length: dihedralCount }, (_, transform) => transform);
  return transforms.filter((transform) => dihedralSource(rows, columns, transform).rows === rows);
}

/** Names the wall layout of a maze (or of its answer) up to symmetry: for sets and maps. */
export function createLayoutKey(shape: MazeShape): (maze: Uint8Array) => string {
  const { rows, columns } = shape;
  const sources = shapeTransforms(shape).map((transform) => dihedralSource(rows, columns, transform).source);
  return (maze) => sources.map((source) => wallBits(maze, source)).reduce((a, b) => (a < b ? a : b));
}

function wallBits(maze: Uint8Array, source: Uint16Array): string {
  const codes: number[] = [];
  for (let first = 0; first < source.length; first += bitsPerCharacter) {
    const end = Math.min(first + bitsPerCharacter, source.length);
    let bits = 0;
    for (let cell = first; cell < end; cell++) bits = bits * 2 + (maze[source[cell]!] === wall ? 1 : 0);
    codes.push(bits);
  }
  return String.fromCharCode(...codes);
}
