// What verification knows of each domain beyond files and structure. A domain has one line in the table below and a
// function `verifyX` in a file of its own.

import type { LeakageCheck } from '../../common/dataset-card.ts';
import { arcVocabularySize } from '../../common/puzzles/arc/tokens.ts';
import { cellNames } from '../../common/puzzles/maze/cells.ts';
import { geometryOfCellCount } from '../../common/puzzles/sudoku/geometry.ts';
import { isSquare } from './arc-puzzles.ts';
import type { Dataset, DatasetMetadata } from './open.ts';
import { verifyArc } from './verify-arc.ts';
import { verifyMaze } from './verify-maze.ts';
import type { VerifyOptions } from './verify-options.ts';
import { verifySudoku } from './verify-sudoku.ts';
import { verifyTokens } from './verify-tokens.ts';

export interface DomainVerification {
  /** Whether a dataset without a card has the sizes of this domain. */
  recognizes(metadata: DatasetMetadata): boolean;
  /**
   * Checks every puzzle, its augmentations and leakage between the splits from the arrays alone. What the card says in
   * numbers is recomputed and compared with `checkSplitCard` and `checkLeakageCard` (verify-card.ts).
   */
  verify(dataset: Dataset, options: VerifyOptions): Promise<LeakageCheck[]>;
}

/** By the domain of the vocabulary. */
const domains: Readonly<Record<string, DomainVerification>> = {
  arc: {
    recognizes: ({ sequenceLength, vocabularySize }) =>
      isSquare(sequenceLength) && vocabularySize === arcVocabularySize,
    verify: verifyArc,
  },
  sudoku: {
    recognizes: ({ sequenceLength, vocabularySize }) =>
      geometryOfCellCount(sequenceLength)?.size === vocabularySize - 2,
    verify: verifySudoku,
  },
  // After Sudoku, since 4×4 Sudokus have as many tokens.
  maze: {
    recognizes: ({ sequenceLength, vocabularySize }) =>
      isSquare(sequenceLength) && vocabularySize === cellNames.length,
    verify: verifyMaze,
  },
};

/** Domains that users declare are known by the way they are built. */
const ownDomain: DomainVerification = { recognizes: () => false, verify: verifyTokens };

/** The domain of a dataset: the card's, or the first whose sizes the dataset has; undefined when none is known. */
export function domainOf({ card, metadata }: Dataset): DomainVerification | undefined {
  if (card?.build.kind === 'tokens') return ownDomain;
  if (card !== undefined) return domains[card.vocabulary.domain];
  return Object.values(domains).find((domain) => domain.recognizes(metadata));
}
