// Augmented ARC tasks: colours exchanged (black stays), then turned or mirrored. The name of a puzzle identifier says
// how, in the reference's scheme `TASK|||t3|||0123456789`, so that an answer can be brought back.

import type { Random } from '../../random.ts';
import { applyDihedral, dihedralCount, type Grid, inverseDihedral } from '../dihedral.ts';
import { colourCount } from './grid.ts';

const separator = '|||';

export interface Augmentation {
  /** A transform of dihedral.ts, done after the colours. */
  transform: number;
  /** The new colour of each colour. */
  colours: Uint8Array;
}

export const identityAugmentation: Augmentation = {
  transform: 0,
  colours: Uint8Array.from({ length: colourCount }, (_, colour) => colour),
};

/**
 * Draws evenly: one of eight transforms, which is returned, and one of 9! orders of the colours but black, which is
 * written to `colours`.
 */
export function drawAugmentation(random: Random, colours: Uint8Array): number {
  const transform = random.integer(dihedralCount);
  for (let colour = 0; colour < colourCount; colour++) colours[colour] = colour;
  // Fisher-Yates over all but the first.
  for (let last = colourCount - 1; last > 1; last--) {
    const other = 1 + random.integer(last);
    const kept = colours[last]!;
    colours[last] = colours[other]!;
    colours[other] = kept;
  }
  return transform;
}

/** The identifier's name of a task that was augmented in this way. */
export function augmentedName(task: string, { transform, colours }: Augmentation): string {
  return `${task}${separator}t${transform}${separator}${colours.join('')}`;
}

/** The task that an identifier's name stands for and how it was augmented; undefined when it is no such name. */
export function parseIdentifierName(name: string): { task: string; augmentation: Augmentation } | undefined {
  if (!name.includes(separator)) return { task: name, augmentation: identityAugmentation };
  const match = /^(.*)\|\|\|t([0-7])\|\|\|([0-9]{10})$/s.exec(name);
  if (match === null) return undefined;
  const [, task = '', transform, digits = ''] = match;
  if (new Set(digits).size !== colourCount) return undefined;
  return { task, augmentation: { transform: Number(transform), colours: Uint8Array.from(digits, Number) } };
}

/** The grid as it was before its colours were exchanged and it was turned. */
export function restoreGrid({ grid, rows, columns }: Grid, { transform, colours }: Augmentation): Grid {
  const turned = applyDihedral(grid, rows, columns, inverseDihedral(transform));
  return { ...turned, grid: recolour(turned.grid, invert(colours)) };
}

function recolour(grid: Uint8Array, colours: Uint8Array): Uint8Array {
  return grid.map((colour) => colours[colour]!);
}

function invert(colours: Uint8Array): Uint8Array {
  const inverse = new Uint8Array(colourCount);
  for (const [colour, changed] of colours.entries()) inverse[changed] = colour;
  return inverse;
}
