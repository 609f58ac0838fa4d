// How an ARC-AGI dataset is built: which tasks, what is tested, and how often each task is varied.

import { z } from 'zod';
import { nonNegativeCount } from './fields.ts';

const subsetName = z
  .string()
  .regex(/^[\w.-]+(\/[\w.-]+)*$/, { error: 'letters, digits, dots, dashes and underscores' });

/** A list of names; one text holds names with spaces or commas between, as on the command line. */
const subsetList = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/[\s,]+/).filter((name) => name !== '') : value),
  z.array(subsetName).min(1),
);

export const arcBuildSchema = z
  .strictObject({
    kind: z.literal('arc').meta({
      description:
        'Imports ARC-AGI tasks from their JSON files: one file a task, or challenges and solutions files.',
    }),
    folder: z
      .string()
      .min(1)
      .meta({
        description:
          'Folder of the tasks, relative to the config file: with SUBSET/*.json (or data/SUBSET), one file a task, or ' +
          'with *_SUBSET_challenges.json and *_SUBSET_solutions.json.',
      }),
    subsets: subsetList.meta({
      description:
        'Subsets whose tasks are learned, in YAML a list, on the command line names with commas between. Of the test ' +
        'subset only the demonstrations are.',
    }),
    testSubset: subsetName.meta({ description: 'One of them: its test pairs are what is tested.' }),
    augmentations: nonNegativeCount(
      'Variants of each task, with colours exchanged, turned or mirrored, all different.',
      'variants per task',
    ).default(1000),
    gridSide: z
      .number()
      .int()
      .min(1)
      .max(30)
      .default(30)
      .meta({
        description:
          'Rows and columns of the frame that grids stand on; a puzzle has the square of it in cells. Tasks with a ' +
          'larger grid are left out.',
        unit: 'cells',
      }),
    source: z
      .string()
      .default('')
      .meta({ description: 'Where the tasks come from; written on the dataset card.' }),
    licence: z
      .string()
      .default('')
      .meta({ description: 'Licence of the tasks; written on the dataset card.' }),
    seed: nonNegativeCount('Seed of everything random in the build.', '').default(0),
  })
  .refine(({ subsets }) => new Set(subsets).size === subsets.length, {
    path: ['subsets'],
    error: 'each subset once',
  })
  .refine(({ subsets, testSubset }) => subsets.includes(testSubset), {
    path: ['testSubset'],
    error: 'one of dataset.build.subsets, since the demonstrations of its tasks are learned',
  });

export type ArcBuild = z.infer<typeof arcBuildSchema>;
