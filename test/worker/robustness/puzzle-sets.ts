// Small datasets of each domain with the suites for them, and the puzzles that a suite makes.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { datasetBuildSchema } from '../../../common/config/dataset.ts';
import type { Vocabulary } from '../../../common/dataset-card.ts';
import { type SuiteDomain, type SuiteName, suiteNames } from '../../../common/robustness/result.ts';
import { takePuzzles } from '../../../common/solving/puzzles.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import {
  type ChosenVariant,
  type MadePuzzle,
  makePuzzles,
  variantsOf,
} from '../../../worker/robustness/prepare.ts';
import type { SourcePuzzle } from '../../../worker/robustness/suite.ts';
import { readTestPuzzles } from '../../../worker/solve/puzzles.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const samples = join(import.meta.dirname, '..', '..', 'samples');

const builds = {
  'sudoku 4×4': { kind: 'sudoku', size: 4, trainPuzzles: 40, testPuzzles: 20, testShare: 0.3 },
  'sudoku 6×6': { kind: 'sudoku', size: 6, trainPuzzles: 10, testPuzzles: 20, testShare: 0.3 },
  'maze 6×7': { kind: 'maze', rows: 6, columns: 7, trainPuzzles: 10, testPuzzles: 20, minimumPathLength: 8 },
  arc: {
    kind: 'arc',
    folder: join(samples, 'arc'),
    subsets: ['training'],
    testSubset: 'training',
    augmentations: 2,
    gridSide: 6,
    source: 'test samples',
    licence: 'Apache-2.0',
  },
  tokens: {
    kind: 'tokens',
    domain: 'rewriting',
    trainFile: join(samples, 'string-rewriting.jsonl'),
    testShare: 0.1,
    columns: 10,
    tokens: ['a', 'b', 'c'],
    title: 'Rewriting',
    task: 'Rewrite.',
    source: 'test samples',
    licence: 'CC0-1.0',
  },
};
export type SetName = keyof typeof builds;

export interface PuzzleSet {
  vocabulary: Vocabulary;
  sources: SourcePuzzle[];
  variants: ChosenVariant[];
  notApplicable: SuiteName[];
  /** The changed puzzles of a variant, each with the puzzle that it was made of. */
  make(
    suite: SuiteName,
    variant?: string,
    seed?: number,
  ): Promise<{ made: MadePuzzle; source: SourcePuzzle }[]>;
}

/** Builds the dataset and takes up to 20 of its test puzzles. `identifierCount` is what the model would know. */
export async function openPuzzleSet(
  t: TestContext,
  name: SetName,
  identifierCount?: number,
): Promise<PuzzleSet> {
  const folder = join(temporaryFolder(t), 'data');
  await buildDataset({ build: datasetBuildSchema.parse(builds[name]), name: 'data', folder });
  const dataset = openDataset(folder);
  t.after(() => dataset.close());
  const vocabulary = dataset.card?.vocabulary;
  assert.ok(vocabulary !== undefined);
  const examples = Array.from({ length: Math.min(20, dataset.split('test').exampleCount) }, (_, row) => row);
  const puzzles = readTestPuzzles(dataset, Uint32Array.from(examples));
  const sources = examples.map((row): SourcePuzzle => {
    const { inputs, identifiers, labels } = takePuzzles(puzzles, row, 1);
    assert.ok(labels !== undefined);
    return { input: inputs, identifier: identifiers[0] ?? 0, label: labels };
  });
  const known = identifierCount ?? dataset.metadata.puzzleIdentifierCount;
  const facts = { vocabulary, dataset, identifierCount: known };
  const { variants, notApplicable } = variantsOf(domainOf(name), facts, suiteNames);
  return {
    vocabulary,
    sources,
    variants,
    notApplicable: notApplicable.map(({ suite }) => suite),
    async make(suite, variant, seed = 1) {
      const chosen = variants.find((one) => one.suite === suite && one.variant === (variant ?? null));
      assert.ok(chosen !== undefined, `${suite} ${variant}`);
      const made = await makePuzzles(chosen, { puzzles, examples }, seed, new AbortController().signal);
      assert.ok(made.length > 0, `${suite} ${variant}`);
      return made.map((puzzle) => {
        const source = sources[puzzle.example];
        assert.ok(source !== undefined);
        return { made: puzzle, source };
      });
    },
  };
}

function domainOf(name: SetName): SuiteDomain {
  if (name === 'arc' || name === 'tokens') return name;
  return name.startsWith('sudoku') ? 'sudoku' : 'maze';
}

/** In how many cells two puzzles differ. */
export function countDifferences(one: Int32Array, other: Int32Array): number {
  return one.reduce((count, token, cell) => count + Number(token !== other[cell]), 0);
}
