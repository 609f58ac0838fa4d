// Writes the arrays of one split as a stream: groups of puzzles of examples. Memory stays the same however many
// examples there are, but for two numbers a puzzle and one a group.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileDigest } from '../../common/dataset-card.ts';
import { writeFileDurably } from '../files.ts';
import { arrayPath, metadataPath, type SplitMetadata, type SplitName, setName } from './layout.ts';
import { createNpyWriter, type NpyWriter } from './npy-file.ts';

const chunkBytes = 1 << 20;

export interface SplitWriter {
  /** Adds an example to the puzzle that is being written. Returns true when `flush` is due. */
  addExample(inputs: Uint8Array, labels: Uint8Array): boolean;
  /** Writes what has been gathered. */
  flush(): Promise<void>;
  /** Ends a puzzle: examples that share the rule which its identifier stands for (0 is the blank one). */
  endPuzzle(identifier?: number): void;
  /** Ends a group: an original puzzle with its augmentations. */
  endGroup(): void;
  /**
   * Writes the rest, the index arrays and dataset.json, and flushes all to the disk. `digests` has the files whose
   * digests were computed while they were written: inputs and labels, where the number of examples was known.
   */
  finish(): Promise<{ examples: number; groups: number; digests: FileDigest[] }>;
  /** Closes the files without finishing; does nothing after `finish`. */
  abandon(): Promise<void>;
}

/** The shape of a split's examples. Tokens are stored as bytes. */
export interface ExampleShape {
  sequenceLength: number;
  vocabularySize: number;
  /** Labels equal to this count for nothing; 0 by default, the padding. Null where every label counts. */
  ignoredLabel?: number | null;
  /** The blank one included; 1 by default. */
  puzzleIdentifierCount?: number;
  /** What dataset.json counts as puzzles: `groups` by default; the reference's ARC builder counts each variant. */
  countedAsPuzzles?: 'groups' | 'puzzles';
  /** How many examples there will be, where that is known beforehand. */
  exampleCount?: number;
}

export async function createSplitWriter(
  folder: string,
  split: SplitName,
  shape: ExampleShape,
): Promise<SplitWriter> {
  const { sequenceLength, vocabularySize, ignoredLabel = 0, puzzleIdentifierCount = 1 } = shape;
  const { countedAsPuzzles = 'groups', exampleCount } = shape;
  await mkdir(join(folder, split));
  const arrays: NpyWriter[] = [];
  async function openArray(name: 'inputs' | 'labels'): Promise<NpyWriter> {
    const array = await createNpyWriter(
      arrayPath(folder, split, setName, name),
      '|u1',
      [sequenceLength],
      exampleCount,
    );
    arrays.push(array);
    return array;
  }
  async function abandon(): Promise<void> {
    for (const array of arrays) await array.abandon();
  }
  const inputsArray = await openArray('inputs');
  const labelsArray = await openArray('labels').catch(async (error) => {
    await abandon();
    throw error;
  });

  const chunkRows = Math.max(1, Math.floor(chunkBytes / sequenceLength));
  const inputsChunk = new Uint8Array(chunkRows * sequenceLength);
  const labelsChunk = new Uint8Array(chunkRows * sequenceLength);
  const identifiers: number[] = [];
  const puzzleEnds: number[] = [0];
  const groupEnds: number[] = [0];
  let gathered = 0;
  let examples = 0;

  async function flush(): Promise<void> {
    const length = gathered * sequenceLength;
    await Promise.all([
      inputsArray.append(inputsChunk.subarray(0, length)),
      labelsArray.append(labelsChunk.subarray(0, length)),
    ]);
    gathered = 0;
  }

  return {
    addExample: (inputs, labels) => {
      inputsChunk.set(inputs, gathered * sequenceLength);
      labelsChunk.set(labels, gathered * sequenceLength);
      gathered++;
      examples++;
      return gathered === chunkRows;
    },
    flush,
    endPuzzle: (identifier = 0) => {
      identifiers.push(identifier);
      puzzleEnds.push(examples);
    },
    endGroup: () => {
      groupEnds.push(identifiers.length);
    },
    finish: async () => {
      await flush();
      await inputsArray.finish();
      await labelsArray.finish();
      const groups = groupEnds.length - 1;
      const path = (name: 'puzzle_identifiers' | 'puzzle_indices' | 'group_indices') =>
        arrayPath(folder, split, setName, name);
      await writeIntegers(path('puzzle_identifiers'), Int32Array.from(identifiers));
      await writeIntegers(path('puzzle_indices'), Int32Array.from(puzzleEnds));
      await writeIntegers(path('group_indices'), Int32Array.from(groupEnds));
      const metadata: SplitMetadata = {
        pad_id: 0,
        ignore_label_id: ignoredLabel,
        blank_identifier_id: 0,
        vocab_size: vocabularySize,
        seq_len: sequenceLength,
        num_puzzle_identifiers: puzzleIdentifierCount,
        total_groups: groups,
        mean_puzzle_examples: identifiers.length === 0 ? 0 : examples / identifiers.length,
        total_puzzles: countedAsPuzzles === 'groups' ? groups : identifiers.length,
        sets: [setName],
      };
      await writeFileDurably(metadataPath(folder, split), `${JSON.stringify(metadata)}\n`);
      const named = { inputs: inputsArray, labels: labelsArray };
      const digests = Object.entries(named).flatMap(([name, array]) => {
        const sha256 = array.sha256();
        const path = `${split}/${setName}__${name}.npy`;
        return sha256 === undefined ? [] : [{ path, sha256, sizeBytes: array.sizeBytes() }];
      });
      return { examples, groups, digests };
    },
    abandon,
  };
}

async function writeIntegers(path: string, integers: Int32Array): Promise<void> {
  const array = await createNpyWriter(path, '<i4', []);
  try {
    await array.append(new Uint8Array(integers.buffer, integers.byteOffset, integers.byteLength));
    await array.finish();
  } finally {
    await array.abandon();
  }
}
