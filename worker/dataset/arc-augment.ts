// Draws the augmentations of an ARC task so that all of its variants differ, as the reference does: what comes out the
// same as a variant before (symmetric grids, colours that do not occur) is drawn again, up to five times in all.

import {
  type Augmentation,
  drawAugmentation,
  identityAugmentation,
} from '../../common/puzzles/arc/augmentation.ts';
import { colourCount } from '../../common/puzzles/arc/grid.ts';
import type { ArcPair } from '../../common/puzzles/arc/task.ts';
import {
  type DihedralSource,
  dihedralCount,
  dihedralSource,
  type Grid,
} from '../../common/puzzles/dihedral.ts';
import type { Random } from '../../common/random.ts';

/** Draws for each augmentation that is wanted, before a task is called too symmetric. */
const triesEach = 5;

/** Augmentations of a task in eleven bytes each, since there may be a million in a dataset. */
export interface Augmentations {
  count: number;
  transforms: Uint8Array;
  /** Ten for each augmentation. */
  colours: Uint8Array;
}

export function augmentationAt({ transforms, colours }: Augmentations, index: number): Augmentation {
  const start = index * colourCount;
  return { transform: transforms[index]!, colours: colours.subarray(start, start + colourCount) };
}

/** A pair under each of the eight transforms, colours as they were. */
export type TurnedPair = ArcPair[];

/** A pair under every transform: recolouring is all that is left to do. */
export function turnPair({ input, output }: ArcPair): TurnedPair {
  return Array.from({ length: dihedralCount }, (_, transform) => ({
    input: turn(input, transform),
    output: turn(output, transform),
  }));
}

/** Where cells come from, by size and transform: the same few sizes come up over and over. */
const knownSources = new Map<number, DihedralSource>();

function turn({ grid, rows, columns }: Grid, transform: number): Grid {
  const key = (rows * 32 + columns) * dihedralCount + transform;
  const known = knownSources.get(key) ?? dihedralSource(rows, columns, transform);
  knownSources.set(key, known);
  const turned = new Uint8Array(grid.length);
  for (let cell = 0; cell < turned.length; cell++) turned[cell] = grid[known.source[cell]!]!;
  return { grid: turned, rows: known.rows, columns: known.columns };
}

/** At most `wanted` augmentations; none gives the task itself, no two give the same variant. */
export function drawAugmentations(pairs: ArcPair[], wanted: number, random: Random): Augmentations {
  const turned = pairs.map(turnPair);
  const prints = Array.from({ length: dihedralCount }, (_, transform) =>
    turned.map((variants) => fingerprint(variants[transform]!)),
  );
  const drawn = identityAugmentation.colours.slice();
  const seen = new Set([hashVariant(prints[0]!, drawn)]);
  const transforms = new Uint8Array(wanted);
  const colours = new Uint8Array(wanted * colourCount);
  let count = 0;
  for (let tries = 0; tries < triesEach * wanted && count < wanted; tries++) {
    const transform = drawAugmentation(random, drawn);
    const hash = hashVariant(prints[transform]!, drawn);
    if (seen.has(hash)) continue;
    seen.add(hash);
    transforms[count] = transform;
    colours.set(drawn, count * colourCount);
    count++;
  }
  return { count, transforms: transforms.slice(0, count), colours: colours.slice(0, count * colourCount) };
}

/** For each colour, two random words that say where in a pair it stands. */
interface Fingerprint {
  one: Uint32Array;
  other: Uint32Array;
}

/** A random odd factor for each colour. */
const colourFactors = Uint32Array.from({ length: colourCount }, (_, colour) => mix(colour + 1) | 1);

function fingerprint({ input, output }: ArcPair): Fingerprint {
  const print = { one: new Uint32Array(colourCount), other: new Uint32Array(colourCount) };
  addGrid(print, input, 1);
  addGrid(print, output, 2);
  return print;
}

function addGrid({ one, other }: Fingerprint, { grid, rows, columns }: Grid, role: number): void {
  const start = mix((role * 64 + rows) * 64 + columns);
  for (let cell = 0; cell < grid.length; cell++) {
    const colour = grid[cell]!;
    const word = mix(start + cell);
    one[colour]! += word;
    other[colour]! += mix(word ^ 0x9e3779b9);
  }
}

/**
 * A hash of 53 bits, the same for variants with the same pairs, in whatever order. A word for each place and colour is
 * summed up, and so recolouring takes ten products a pair. Where two variants were to share a hash by chance, one of
 * them would only be drawn anew.
 */
function hashVariant(prints: readonly Fingerprint[], colours: Uint8Array): number {
  let high = 0;
  let low = 0;
  for (const { one, other } of prints) {
    let first = 0;
    let second = 0;
    for (let colour = 0; colour < colourCount; colour++) {
      const factor = colourFactors[colours[colour]!]!;
      first = (first + Math.imul(one[colour]!, factor)) | 0;
      second = (second + Math.imul(other[colour]!, factor)) | 0;
    }
    high = (high + mix(first)) >>> 0;
    low = (low + mix(second)) >>> 0;
  }
  return high * 0x20_0000 + (low >>> 11);
}

/** The finalizer of MurmurHash3. */
function mix(value: number): number {
  let word = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}
