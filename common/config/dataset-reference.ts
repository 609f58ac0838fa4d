// How a dataset is taken over that the PyTorch reference wrote, or any program in its layout.

import { z } from 'zod';
import { nonNegativeCount } from './fields.ts';

export const referenceBuildSchema = z
  .strictObject({
    kind: z.literal('reference').meta({
      description: 'Takes over a dataset that the PyTorch reference wrote, or another program in its layout.',
    }),
    folder: z.string().min(1).meta({
      description: 'Folder with train/ and test/ in it, relative to the config file.',
    }),
    domain: z
      .enum(['auto', 'sudoku', 'maze', 'arc', 'plain'])
      .default('auto')
      .meta({
        description:
          'What the tokens mean: auto tells it by the sizes; plain knows nothing but their numbers. A wrong one gives ' +
          'wrong pictures and checks, but the same training.',
      }),
    rows: nonNegativeCount(
      'Rows of the grid, for plain tokens: 0 means a square grid, or one row where none fits.',
      'cells',
    ).default(0),
    source: z
      .string()
      .default('')
      .meta({ description: 'Where the puzzles come from; written on the dataset card.' }),
    licence: z
      .string()
      .default('')
      .meta({ description: 'Licence of the puzzles; written on the dataset card.' }),
    seed: nonNegativeCount(
      'Seed that the other program used; written on the card, without effect.',
      '',
    ).default(0),
  })
  .refine(({ domain, rows }) => rows === 0 || domain === 'plain', {
    path: ['rows'],
    error: '0, or domain plain: the other domains have square grids',
  });

export type ReferenceBuild = z.infer<typeof referenceBuildSchema>;
