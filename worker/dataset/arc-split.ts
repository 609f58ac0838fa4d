// Writes ARC tasks with their augmentations as one split: a group for each task, a puzzle with an identifier of its own
// for each variant, an example for each pair.

import type { FileDigest } from '../../common/dataset-card.ts';
import { type Augmentation, identityAugmentation } from '../../common/puzzles/arc/augmentation.ts';
import type { ArcPair } from '../../common/puzzles/arc/task.ts';
import { arcVocabularySize, colourTokens, encodeGrid } from '../../common/puzzles/arc/tokens.ts';
import { createRandom, type Random } from '../../common/random.ts';
import { type Augmentations, augmentationAt, turnPair } from './arc-augment.ts';
import type { SplitName } from './layout.ts';
import type { Pacer } from './pacer.ts';
import { createSplitWriter } from './split-writer.ts';

/** One task of a split: the pairs that this split gets. */
export interface ArcGroup {
  pairs: ArcPair[];
  augmentations: Augmentations;
  /** The identifier of the task itself, then of each augmentation. */
  identifiers: Int32Array;
}

export interface ArcSplitOptions {
  folder: string;
  split: SplitName;
  side: number;
  seed: number;
  identifierCount: number;
  pace: Pacer;
  onGroup: () => void;
}

/**
 * In the training split all pairs of a variant but one, drawn at random, stand at random places of the frame; input
 * and output at the same. In the test split every grid begins in the first cell.
 */
export async function writeArcSplit(
  groups: readonly ArcGroup[],
  { folder, split, side, seed, identifierCount, pace, onGroup }: ArcSplitOptions,
): Promise<{ examples: number; digests: FileDigest[] }> {
  const writer = await createSplitWriter(folder, split, {
    sequenceLength: side * side,
    vocabularySize: arcVocabularySize,
    puzzleIdentifierCount: identifierCount,
    countedAsPuzzles: 'puzzles',
    exampleCount: groups.reduce((sum, { pairs, identifiers }) => sum + pairs.length * identifiers.length, 0),
  });
  try {
    const encoder = createEncoder(side);
    for (const [index, { pairs, augmentations, identifiers }] of groups.entries()) {
      const turned = pairs.map(turnPair);
      const random = split === 'train' ? createRandom(seed, 'translation', index) : undefined;
      for (const [variant, identifier] of identifiers.entries()) {
        const { transform, colours } = variantOf(augmentations, variant);
        const unmoved = random?.integer(pairs.length);
        encoder.recolour(colours);
        for (const [place, variants] of turned.entries()) {
          const { inputs, labels } = encoder.encode(
            variants[transform]!,
            place === unmoved ? undefined : random,
          );
          // Awaits only when there is something to write: there are millions of examples.
          if (!writer.addExample(inputs, labels)) continue;
          await writer.flush();
          await pace();
        }
        writer.endPuzzle(identifier);
      }
      writer.endGroup();
      onGroup();
    }
    return await writer.finish();
  } finally {
    await writer.abandon();
  }
}

/** The first variant is the task itself. */
function variantOf(augmentations: Augmentations, variant: number): Augmentation {
  return variant === 0 ? identityAugmentation : augmentationAt(augmentations, variant - 1);
}

/** Writes pairs into two arrays that are used again for each; with `random`, at a random place. */
function createEncoder(side: number) {
  const tokens = { inputs: new Uint8Array(side * side), labels: new Uint8Array(side * side) };
  const tokenOfColour = colourTokens.slice();
  return {
    recolour(colours: Uint8Array): void {
      for (let colour = 0; colour < tokenOfColour.length; colour++) {
        tokenOfColour[colour] = colourTokens[colours[colour]!]!;
      }
    },
    encode({ input, output }: ArcPair, random: Random | undefined): typeof tokens {
      const top = random?.integer(side - Math.max(input.rows, output.rows) + 1) ?? 0;
      const left = random?.integer(side - Math.max(input.columns, output.columns) + 1) ?? 0;
      encodeGrid(input, side, tokens.inputs, top, left, tokenOfColour);
      encodeGrid(output, side, tokens.labels, top, left, tokenOfColour);
      return tokens;
    },
  };
}
