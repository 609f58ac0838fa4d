// How datasets of mazes are built: generated, or imported from CSV files.

import { z } from 'zod';
import { mostGeneratedColumns } from '../puzzles/maze/generate.ts';
import { greatestPathLength, usualPathLength } from '../puzzles/maze/limits.ts';
import { mostSide } from '../puzzles/maze/text.ts';
import { count, flag, nonNegativeCount, share } from './fields.ts';

const fewestSide = 3;

function side(description: string, most: number) {
  return z.number().int().min(fewestSide).max(most).default(30).meta({ description, unit: 'cells' });
}

function wallShare(description: string) {
  return z.number().min(0).max(0.8).meta({ description, unit: 'share, 0 to 0.8' });
}

const dihedral = flag(
  'Adds the seven turned and mirrored copies of each training maze (three, where rows and columns differ), as the ' +
    "paper says. The copies of an answer are shortest paths, but not those that the search finds first. The reference's " +
    'own default is off, unlike its paper.',
).default(true);

export const mazeBuildSchema = z
  .strictObject({
    kind: z.literal('maze').meta({
      description: 'Generates mazes of random walls with a long shortest path, as those of Maze-Hard are.',
    }),
    rows: side('Rows of a maze.', mostSide),
    columns: side('Columns of a maze.', mostGeneratedColumns),
    trainPuzzles: count('Mazes generated for training.', 'mazes'),
    testPuzzles: count('Mazes generated for testing.', 'mazes'),
    minimumPathLength: nonNegativeCount(
      'Fewest cells of the shortest path, start and goal included. 0 means about as rare as in Maze-Hard: 110 for ' +
        '30×30, 24 for 10×10.',
      'cells',
    ).default(0),
    minimumWallShare: wallShare('Lowest probability of a wall; each maze draws its own evenly.').default(0.3),
    maximumWallShare: wallShare('Highest probability of a wall.').default(0.5),
    dihedral,
    seed: nonNegativeCount('Seed of everything random in the build.', '').default(0),
  })
  .superRefine((build, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (build.minimumWallShare > build.maximumWallShare)
      refuse('maximumWallShare', 'at least minimumWallShare');
    const greatest = greatestPathLength(build);
    if (build.minimumPathLength === 1) refuse('minimumPathLength', '0, or at least 2: start and goal');
    if (build.minimumPathLength > greatest) {
      const size = `${build.rows}×${build.columns}`;
      refuse('minimumPathLength', `at most ${greatest}: no shortest path in ${size} cells is longer`);
    }
  });

export const mazeCsvBuildSchema = z.strictObject({
  kind: z.literal('maze-csv').meta({
    description: 'Imports mazes in the CSV format of Maze-Hard: source,question,answer,rating.',
  }),
  trainFile: z
    .string()
    .min(1)
    .meta({ description: 'CSV file of the training mazes, relative to the config file.' }),
  testFile: z.string().min(1).optional().meta({
    description:
      'CSV file of the test mazes, relative to the config file; without it testShare of the training file is kept apart.',
  }),
  testShare: share('Share of the mazes kept for testing when there is no test file.').default(0.1),
  trainPuzzles: nonNegativeCount('Random subset of the training mazes; 0 keeps all.', 'mazes').default(0),
  testPuzzles: nonNegativeCount('Random subset of the test mazes; 0 keeps all.', 'mazes').default(0),
  dihedral,
  source: z
    .string()
    .default('')
    .meta({ description: 'Where the mazes come from; written on the dataset card.' }),
  licence: z.string().default('').meta({ description: 'Licence of the mazes; written on the dataset card.' }),
  seed: nonNegativeCount('Seed of everything random in the build.', '').default(0),
});

export type MazeBuild = z.infer<typeof mazeBuildSchema>;
export type MazeCsvBuild = z.infer<typeof mazeCsvBuildSchema>;

/** The fewest cells of a shortest path that the build asks for. */
export function pathLengthOf(build: MazeBuild): number {
  return build.minimumPathLength === 0 ? usualPathLength(build) : build.minimumPathLength;
}
