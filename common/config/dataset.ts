// The dataset section of an experiment: which dataset is used and how it is built when it does not exist yet.

import { z } from 'zod';
import { arcBuildSchema } from './dataset-arc.ts';
import { mazeBuildSchema, mazeCsvBuildSchema } from './dataset-maze.ts';
import { referenceBuildSchema } from './dataset-reference.ts';
import { tokensBuildSchema } from './dataset-tokens.ts';
import { count, nonNegativeCount, share } from './fields.ts';

/** Names become folder names on every platform, hence the narrow alphabet. */
export const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, {
  error: '1 to 80 lower-case letters, digits, dots, dashes or underscores, beginning with a letter or digit',
});

/** No puzzle with fewer givens has one solution. */
const fewestCluesOfSize = { 4: 4, 6: 8, 9: 17 } as const;

export const sudokuBuildSchema = z
  .strictObject({
    kind: z.literal('sudoku').meta({ description: 'Generates Sudoku puzzles with one solution each.' }),
    size: z
      .union([z.literal(4), z.literal(6), z.literal(9)])
      .meta({ description: 'Cells in a row; boxes are 2×2, 2×3 (rows × columns) and 3×3.', unit: 'cells' }),
    trainPuzzles: count('Puzzles generated for training, spread evenly over the training grids.', 'puzzles'),
    testPuzzles: count('Puzzles generated for testing, spread evenly over the test grids.', 'puzzles'),
    testShare: share(
      'Share of the 288 solution grids (4×4) or 49 symmetry classes (6×6) that is kept for testing; ' +
        'without effect for 9×9, where every puzzle has a class of its own.',
    ).default(0.2),
    minimumClues: nonNegativeCount(
      'Fewest givens a puzzle may have; 0 means as few as keep the solution unique.',
      'cells',
    ).default(0),
    maximumClues: nonNegativeCount(
      'Most givens a puzzle may have. With it the number aimed at is drawn evenly between the two; ' +
        'without (0) it is minimumClues.',
      'cells',
    ).default(0),
    minimumRating: nonNegativeCount(
      'Lowest difficulty rating kept (guesses of a plain solver).',
      'guesses',
    ).default(0),
    augmentations: nonNegativeCount(
      'Symmetric copies of each training puzzle, as the reference makes them; must be 0 for 4×4.',
      'copies per puzzle',
    ).default(0),
    seed: nonNegativeCount('Seed of everything random in the build.', '').default(0),
  })
  .refine((build) => build.size !== 4 || build.augmentations === 0, {
    path: ['augmentations'],
    error:
      '0 for 4×4 puzzles: there are only two 4×4 grids up to symmetry, so copies would leak test grids into training',
  })
  .refine((build) => build.maximumClues === 0 || build.minimumClues <= build.maximumClues, {
    path: ['maximumClues'],
    error: 'at least minimumClues, or 0 for no limit',
  })
  .refine((build) => build.maximumClues === 0 || build.maximumClues >= fewestCluesOfSize[build.size], {
    path: ['maximumClues'],
    error:
      'at least 4 for 4×4, 8 for 6×6 and 17 for 9×9, since fewer givens leave several solutions; or 0 for no limit',
  })
  .refine((build) => build.minimumClues < build.size ** 2, {
    path: ['minimumClues'],
    error: 'fewer than there are cells',
  });

export const sudokuCsvBuildSchema = z.strictObject({
  kind: z.literal('sudoku-csv').meta({
    description: 'Imports puzzles in the CSV format of Sudoku-Extreme: source,question,answer,rating.',
  }),
  trainFile: z
    .string()
    .min(1)
    .meta({ description: 'CSV file of the training puzzles, relative to the config file.' }),
  testFile: z.string().min(1).optional().meta({
    description:
      'CSV file of the test puzzles, relative to the config file; without it testShare of the training file is kept apart.',
  }),
  testShare: share('Share of the symmetry classes kept for testing when there is no test file.').default(0.1),
  trainPuzzles: nonNegativeCount('Random subset of the training puzzles; 0 keeps all.', 'puzzles').default(0),
  testPuzzles: nonNegativeCount('Random subset of the test puzzles; 0 keeps all.', 'puzzles').default(0),
  minimumRating: nonNegativeCount('Lowest rating (the CSV column) kept.', 'as in the file').default(0),
  augmentations: nonNegativeCount('Symmetric copies of each training puzzle.', 'copies per puzzle').default(
    0,
  ),
  source: z
    .string()
    .default('')
    .meta({ description: 'Where the puzzles come from; written on the dataset card.' }),
  licence: z
    .string()
    .default('')
    .meta({ description: 'Licence of the puzzles; written on the dataset card.' }),
  seed: nonNegativeCount('Seed of everything random in the build.', '').default(0),
});

export const datasetBuildSchema = z.discriminatedUnion('kind', [
  sudokuBuildSchema,
  sudokuCsvBuildSchema,
  mazeBuildSchema,
  mazeCsvBuildSchema,
  tokensBuildSchema,
  arcBuildSchema,
  referenceBuildSchema,
]);

const datasetChoiceSchema = z.strictObject({
  name: nameSchema.meta({ description: 'Name of the dataset in the studio.' }),
  build: datasetBuildSchema
    .optional()
    .meta({ description: 'How the dataset is built when there is none of this name.' }),
});

export const datasetSectionSchema = z
  .strictObject({
    ...datasetChoiceSchema.shape,
    alsoTrainOn: z
      .preprocess(readDatasetChoices, z.array(datasetChoiceSchema))
      .optional()
      .meta({
        description:
          'More datasets to train on at once, of the same vocabulary and grid size: each a name, or a section with ' +
          'name and build. Each is evaluated by itself; the first dataset decides which checkpoint is best.',
        itemsLike: 'dataset',
      }),
  })
  .superRefine(({ name, alsoTrainOn = [] }, context) => {
    const names = [name, ...alsoTrainOn.map((other) => other.name)];
    const repeated = names.findIndex((other, index) => names.indexOf(other) !== index);
    if (repeated === -1) return;
    const message = `another dataset: ${names[repeated]} is trained on already`;
    context.addIssue({ code: 'custom', path: ['alsoTrainOn', repeated - 1], message });
  });

/** A name stands for a section with that name alone; one text may hold names with spaces or commas between. */
function readDatasetChoices(value: unknown): unknown {
  const list = typeof value === 'string' ? value.split(/[\s,]+/).filter((name) => name !== '') : value;
  if (!Array.isArray(list)) return list;
  return list.map((item: unknown) => (typeof item === 'string' ? { name: item } : item));
}

/** Every dataset of an experiment, the first one first. */
export function datasetsOf({ name, build, alsoTrainOn = [] }: DatasetSection): DatasetChoice[] {
  return [{ name, build }, ...alsoTrainOn];
}

export type SudokuBuild = z.infer<typeof sudokuBuildSchema>;
export type SudokuCsvBuild = z.infer<typeof sudokuCsvBuildSchema>;
export type DatasetBuild = z.infer<typeof datasetBuildSchema>;
export type DatasetChoice = z.infer<typeof datasetChoiceSchema>;
export type DatasetSection = z.infer<typeof datasetSectionSchema>;
