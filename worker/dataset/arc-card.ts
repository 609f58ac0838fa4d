// What the dataset card says about ARC datasets: words and numbers from what was really done and found.

import type { ArcBuild } from '../../common/config/dataset-arc.ts';
import type { SplitCard, Vocabulary } from '../../common/dataset-card.ts';
import { colourCount, largestSide } from '../../common/puzzles/arc/grid.ts';
import type { ArcPair } from '../../common/puzzles/arc/task.ts';
import type { ArcLeakage } from './arc-leakage.ts';
import type { CardDraft } from './builder.ts';
import { describeNumbers } from './statistics.ts';

/** Changes whenever the same build would give other puzzles. */
export const arcGeneratorVersion = 'arc-1';

/** What was found of one subset. */
export interface SubsetFacts {
  subset: string;
  tasks: number;
  /** Tasks with a grid that does not fit on the frame. */
  leftOut: number;
}

export interface ArcFacts {
  subsets: SubsetFacts[];
  splits: { train: SplitCard; test: SplitCard };
  leakage: ArcLeakage;
  /** Tasks that are too symmetric for as many different variants as were wanted. */
  fewerVariants: number;
}

export function arcVocabulary(side: number): Vocabulary {
  const colours = Array.from({ length: colourCount }, (_, colour) => String(colour));
  return { domain: 'arc', gridRows: side, gridColumns: side, tokens: ['padding', 'edge', ...colours] };
}

/** The facts of a split, from the pairs that each of its original tasks has in it. */
export function describeArcSplit(
  groups: readonly ArcPair[][],
  examples: number,
  variants: number,
): SplitCard {
  const sides = groups.map((pairs) =>
    Math.max(
      ...pairs.flatMap(({ input, output }) => [input.rows, input.columns, output.rows, output.columns]),
    ),
  );
  return {
    examples,
    puzzles: groups.length,
    counts: { 'tasks with their augmentations': variants, 'original pairs': groups.flat().length },
    distributions: {
      'pairs of a task': describeNumbers(groups.map((pairs) => pairs.length)),
      'longest side of a task': describeNumbers(sides),
    },
  };
}

export function describeArc(build: ArcBuild, facts: ArcFacts): CardDraft {
  return {
    title: 'ARC-AGI',
    task:
      'Find the rule that turns the input grids of a task into its output grids, and apply it to a new input. Each task ' +
      'has a puzzle identifier, whose embedding is learned from its demonstrations.',
    vocabulary: arcVocabulary(build.gridSide),
    generatorVersion: arcGeneratorVersion,
    source: build.source,
    licence: build.licence,
    splits: facts.splits,
    splitMethod:
      `The test split has the test pairs of the subset ${build.testSubset}. The training split has the demonstrations ` +
      'of these tasks, and all pairs of the other subsets.',
    filters: describeFilters(build, facts.subsets),
    augmentation: describeAugmentation(build, facts.fewerVariants),
    leakageChecks: facts.leakage.checks,
  };
}

function describeFilters({ gridSide }: ArcBuild, subsets: readonly SubsetFacts[]): string[] {
  return subsets.map(({ subset, tasks, leftOut }) =>
    gridSide === largestSide
      ? `${subset}: all ${tasks} tasks.`
      : `${subset}: ${tasks - leftOut} of ${tasks} tasks; ${leftOut} have a grid that is longer than ${gridSide} cells.`,
  );
}

function describeAugmentation({ augmentations, gridSide }: ArcBuild, fewerVariants: number): string {
  const moved =
    `In the training split all pairs of a puzzle but one stand at a random place of the ${gridSide}×${gridSide} ` +
    'frame, input and output at the same; test pairs stand in the first cell.';
  if (augmentations === 0) return moved;
  const fewer =
    fewerVariants === 0
      ? ''
      : ` Tasks that are too symmetric or have too few colours for as many: ${fewerVariants}.`;
  return (
    `Each task is followed by ${augmentations} variants in its group, in both splits: colours but black exchanged, ` +
    `then turned or mirrored, each drawn evenly, no two with the same pairs.${fewer} ${moved}`
  );
}
