// What every builder of datasets gets and gives. A builder writes the arrays into an empty folder and describes them;
// placing the folder, checksums and the card are done for it.

import type { DatasetBuild } from '../../common/config/dataset.ts';
import type { DatasetCard } from '../../common/dataset-card.ts';

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
}

export type Builder<Build extends DatasetBuild> = (context: BuildContext<Build>) => Promise<BuildOutcome>;
