// Writes small datasets as another program would: arrays of any type in the layout of the reference implementation,
// without a card.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpyHeader, type NpyType } from '../../../worker/dataset/npy-header.ts';

export interface SmallSplit {
  inputs: number[][];
  labels: number[][];
  puzzle_identifiers: number[];
  puzzle_indices: number[];
  group_indices: number[];
  metadata: Record<string, unknown>;
}

/** Two groups, three puzzles and four examples of three tokens. */
export function smallSplit(): SmallSplit {
  return {
    inputs: [
      [1, 2, 3],
      [4, 3, 2],
      [1, 1, 1],
      [2, 2, 4],
    ],
    labels: [
      [0, 2, 3],
      [4, 3, 0],
      [1, 1, 1],
      [2, 2, 4],
    ],
    puzzle_identifiers: [0, 2, 1],
    puzzle_indices: [0, 1, 3, 4],
    group_indices: [0, 2, 3],
    metadata: {
      pad_id: 0,
      ignore_label_id: 0,
      blank_identifier_id: 0,
      vocab_size: 5,
      seq_len: 3,
      num_puzzle_identifiers: 3,
      total_groups: 2,
      mean_puzzle_examples: 4 / 3,
      total_puzzles: 2,
      sets: ['all'],
    },
  };
}

export function writeSplit(
  folder: string,
  split: 'train' | 'test',
  data: SmallSplit,
  type: NpyType = '<i8',
): void {
  mkdirSync(join(folder, split), { recursive: true });
  const { metadata, ...arrays } = data;
  const [set = 'all'] = Array.isArray(metadata.sets) ? metadata.sets : [];
  for (const [name, array] of Object.entries(arrays)) {
    const rows: (number | number[])[] = array;
    const shape = [rows.length, ...(Array.isArray(rows[0]) ? [rows[0].length] : [])];
    const bytes = encodeNumbers(type, rows.flat());
    writeFileSync(
      join(folder, split, `${set}__${name}.npy`),
      Buffer.concat([encodeNpyHeader(type, shape), bytes]),
    );
  }
  writeFileSync(join(folder, split, 'dataset.json'), JSON.stringify(metadata));
}

export function writeSmallDataset(
  folder: string,
  changes: { train?: Partial<SmallSplit>; test?: Partial<SmallSplit> } = {},
) {
  writeSplit(folder, 'train', { ...smallSplit(), ...changes.train });
  writeSplit(folder, 'test', { ...smallSplit(), ...changes.test });
  writeFileSync(join(folder, 'identifiers.json'), '["<blank>", "first", "second"]');
}

function encodeNumbers(type: NpyType, numbers: number[]): Buffer {
  const sizeBytes = Number(type.slice(2));
  const bytes = Buffer.alloc(numbers.length * sizeBytes);
  numbers.forEach((number, index) => {
    for (let byte = 0; byte < sizeBytes; byte++) {
      bytes[index * sizeBytes + byte] = Number((BigInt(number) >> BigInt(8 * byte)) & 0xffn);
    }
  });
  return bytes;
}
