// What every builder of datasets gets and gives. A builder writes the arrays into an empty folder and describes them;
// placing the folder, checksums and the card are done for it.

import type { DatasetBuild } from '../../common/config/dataset.ts';
import type { DatasetCard, FileDigest } from '../../common/dataset-card.ts';

/** How far a build is. `done` and `total` count `unit`s of work that each take about the same time. */
export interface BuildProgress {
  phase: string;
  done: number;
  total: number;
  unit: string;
}

export interface BuildContext<Build extends DatasetBuild> {
  build: Build;
  /** Empty; the builder writes into it. */
  folder: string;
  signal: AbortSignal | undefined;
  onProgress: (progress: BuildProgress) => void;
  /** Tells what the user should know though the build goes on: a sentence without a closing full stop. */
  onWarning: (message: string) => void;
}

/** The parts of a card that only the builder knows. */
export type CardDraft = Pick<
  DatasetCard,
  | 'title'
  | 'task'
  | 'vocabulary'
  | 'source'
  | 'licence'
  | 'generatorVersion'
  | 'splits'
  | 'splitMethod'
  | 'filters'
  | 'augmentation'
  | 'leakageChecks'
>;

/** What a builder gives back once the arrays are written. */
export interface BuildOutcome {
  draft: CardDraft;
  /** Names of the puzzle identifiers, `<blank>` first; only that one where puzzles have no identity of their own. */
  identifiers?: string[];
  /** Every file that was read, as source-files.ts describes it; none where all was generated. */
  sourceFiles?: FileDigest[];
  /** Digests of files of the dataset that were computed while they were written; the others are read again. */
  digests?: FileDigest[];
}

export type Builder<Build extends DatasetBuild> = (context: BuildContext<Build>) => Promise<BuildOutcome>;
