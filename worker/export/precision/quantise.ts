// Real numbers as small integers with a scale: 8 bits with a scale for each column or row, 4 bits with one for each
// block. All is symmetric: zero stays exactly zero.

/** A matrix [rows, columns], row by row. */
export interface Matrix {
  values: Float32Array;
  rows: number;
  columns: number;
}

/** What has a scale of its own. */
export type Channel = 'row' | 'column';

export interface QuantisedMatrix {
  /** −127 to 127; a value is that times the scale of its channel. */
  integers: Int8Array;
  /** One for each row or column. */
  scales: Float32Array;
}

/** The nearest multiples of each channel's scale; off by half a scale at most. */
export function quantiseMatrix({ values, rows, columns }: Matrix, channel: Channel): QuantisedMatrix {
  const largest = new Float64Array(channel === 'row' ? rows : columns);
  const channelOf = (index: number) => (channel === 'row' ? Math.floor(index / columns) : index % columns);
  for (const [index, value] of values.entries()) {
    const place = channelOf(index);
    largest[place] = Math.max(largest[place] as number, Math.abs(value));
  }
  // A channel of zeros has any scale; a small one also keeps the rounding of what multiplies it small.
  const scales = Float32Array.from(largest, (value) => smallestNormal(value / 127) || 2 ** -100);
  const integers = new Int8Array(values.length);
  for (const [index, value] of values.entries()) {
    const level = Math.round(value / (scales[channelOf(index)] as number));
    integers[index] = Math.max(-127, Math.min(127, level));
  }
  return { integers, scales };
}

/** Zero for what float32 could keep only without its full precision. */
function smallestNormal(scale: number): number {
  return scale < 2 ** -126 ? 0 : scale;
}

/** Values that share a scale in 4 bits. */
export const BLOCK_SIZE = 32;

/** Stands for zero among the 16 levels. */
const ZERO_LEVEL = 8;

export interface BlockMatrix {
  /** [columns, blocks, BLOCK_SIZE / 2], two levels a byte, the earlier in the lower half; each 0 to 15, 8 is zero. */
  packed: Uint8Array;
  /** [columns, blocks] */
  scales: Float32Array;
  blocks: number;
}

/** Blocks run down the columns; the last of a column is filled up with zeros. */
export function quantiseBlocks({ values, rows, columns }: Matrix): BlockMatrix {
  const blocks = Math.ceil(rows / BLOCK_SIZE);
  const packed = new Uint8Array((columns * blocks * BLOCK_SIZE) / 2);
  const scales = new Float32Array(columns * blocks);
  const block = new Float32Array(BLOCK_SIZE);
  for (let column = 0; column < columns; column++) {
    for (let index = 0; index < blocks; index++) {
      for (let offset = 0; offset < BLOCK_SIZE; offset++) {
        const row = index * BLOCK_SIZE + offset;
        block[offset] = row < rows ? (values[row * columns + column] as number) : 0;
      }
      const place = column * blocks + index;
      const scale = bestScale(block);
      scales[place] = scale;
      packLevels(block, scale, packed, (place * BLOCK_SIZE) / 2);
    }
  }
  return { packed, scales, blocks };
}

/** The values again; [rows, columns]. */
export function readBlocks({ packed, scales, blocks }: BlockMatrix, rows: number): Float32Array {
  const columns = scales.length / blocks;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const place = column * blocks + Math.floor(row / BLOCK_SIZE);
      const offset = row % BLOCK_SIZE;
      const byte = packed[(place * BLOCK_SIZE) / 2 + (offset >> 1)] as number;
      const level = offset % 2 === 0 ? byte & 15 : byte >> 4;
      values[row * columns + column] = (level - ZERO_LEVEL) * (scales[place] as number);
    }
  }
  return values;
}

/** Parts of the largest value that are tried: cutting off a little often makes the rest more exact. */
const CANDIDATES = Array.from({ length: 12 }, (_, index) => 1 - index * 0.03);

/** The scale with the smallest squared error among some; negative where the largest value is positive. */
function bestScale(block: Float32Array): number {
  let largest = 0;
  for (const value of block) if (Math.abs(value) > Math.abs(largest)) largest = value;
  let [best, smallestError] = [1, Number.POSITIVE_INFINITY];
  if (smallestNormal(Math.abs(largest) / 8) === 0) return best;
  for (const part of CANDIDATES) {
    // There is one level more below zero than above.
    for (const levels of [-8, 7]) {
      const scale = Math.fround((part * largest) / levels);
      const error = squaredError(block, scale);
      if (error < smallestError) [best, smallestError] = [scale, error];
    }
  }
  return best;
}

function squaredError(block: Float32Array, scale: number): number {
  let sum = 0;
  for (const value of block) sum += (value - (levelOf(value, scale) - ZERO_LEVEL) * scale) ** 2;
  return sum;
}

function levelOf(value: number, scale: number): number {
  return Math.max(0, Math.min(15, Math.round(value / scale) + ZERO_LEVEL));
}

function packLevels(block: Float32Array, scale: number, packed: Uint8Array, start: number): void {
  for (let offset = 0; offset < BLOCK_SIZE; offset += 2) {
    const low = levelOf(block[offset] as number, scale);
    const high = levelOf(block[offset + 1] as number, scale);
    packed[start + offset / 2] = low | (high << 4);
  }
}
