// How a dataset of an own domain is built: grids of tokens from a file, in a vocabulary that the user declares.

import { z } from 'zod';
import { count, flag, nonNegativeCount, share } from './fields.ts';

/** Vocabularies that have rules and puzzles of their own here. */
const builtInDomains: readonly string[] = ['sudoku', 'maze', 'arc'];

/** Tokens are stored as bytes: one is the padding, one marks cells that do not count. */
export const mostDeclaredTokens = 254;

/** Longest sequence; attention over more would not fit any memory anyway. */
const mostCells = 65_536;

/** The meaning of token 0, which fills a grid that is smaller than declared. */
export const paddingName = 'padding';

/** A list of names; one text holds names separated by spaces, as on the command line. */
function nameList(description: string) {
  return z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(/\s+/).filter((name) => name !== '') : value),
      z.array(z.union([z.string(), z.number().transform(String)])),
    )
    .meta({ description });
}

export const tokensBuildSchema = z
  .strictObject({
    kind: z.literal('tokens').meta({
      description:
        'Imports token grids of your own domain from a JSONL or CSV file with the fields input and output.',
    }),
    domain: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, {
        error: '1 to 40 lower-case letters, digits, dots, dashes or underscores',
      })
      .meta({
        description:
          'Name of the vocabulary. Models and datasets of the same domain, tokens and grid size can be compared.',
      }),
    trainFile: z
      .string()
      .min(1)
      .meta({ description: 'JSONL or CSV file of the examples, relative to the config file.' }),
    testFile: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          'JSONL or CSV file of the test examples, relative to the config file; without it the field split decides, or ' +
          'testShare of the groups is kept apart.',
      }),
    testShare: share(
      'Share of the groups kept for testing when there is neither a test file nor a field split.',
    ).default(0.1),
    rows: count('Rows of the grid; 1 for sequences.', 'cells').default(1),
    columns: count('Columns of the grid: for sequences, the longest length.', 'cells'),
    tokens: nameList(
      'Names of the tokens in the order of their numbers, from 1 on; number 0 is the padding. In YAML a list, on the ' +
        'command line names separated by spaces.',
    ).default([]),
    tokensFromData: flag(
      'Takes the tokens from the files, in alphabetical order, instead of tokens.',
    ).default(false),
    text: z
      .enum(['auto', 'characters', 'words'])
      .default('auto')
      .meta({
        description:
          'How tokens stand in a text: one character each, or words with spaces between. auto: words where a ' +
          'declared token is longer than a character.',
      }),
    ignoredToken: z.string().default('').meta({
      description: 'Stands in outputs for a cell that does not count; beside it, null does so in lists.',
    }),
    lengthCounts: flag(
      'Whether the end of an output is part of the answer, so that padding must be answered beyond it; without, ' +
        'cells beyond it count nowhere.',
    ).default(true),
    dihedral: flag(
      'Adds the seven turned and mirrored copies of each training example; for square grids only.',
    ).default(false),
    title: z.string().default('').meta({ description: 'Title of the dataset; written on its card.' }),
    task: z.string().default('').meta({ description: 'The task in a sentence; written on the card.' }),
    source: z
      .string()
      .default('')
      .meta({ description: 'Where the examples come from; written on the card.' }),
    licence: z.string().default('').meta({ description: 'Licence of the examples; written on the card.' }),
    seed: nonNegativeCount('Seed of everything random in the build.', '').default(0),
  })
  .superRefine((build, context) => {
    for (const { path, message } of findProblems(build)) {
      context.addIssue({ code: 'custom', path: [path], message });
    }
  });

export type TokensBuild = z.infer<typeof tokensBuildSchema>;

/** How tokens stand in a text of this build. */
export function textStyleOf({ text, tokens }: Pick<TokensBuild, 'text' | 'tokens'>): 'characters' | 'words' {
  if (text !== 'auto') return text;
  return tokens.every((name) => [...name].length === 1) ? 'characters' : 'words';
}

type Settings = Omit<TokensBuild, 'kind'>;

function findProblems(build: Settings): { path: keyof Settings; message: string }[] {
  const problems: { path: keyof Settings; message: string }[] = [];
  const refuse = (path: keyof Settings, message: string) => problems.push({ path, message });
  if (builtInDomains.includes(build.domain)) {
    refuse('domain', `another name: ${builtInDomains.join(', ')} have rules of their own here`);
  }
  const namesProblem = findNamesProblem(build);
  if (namesProblem !== null) refuse('tokens', namesProblem);
  if (build.ignoredToken !== '' && [...build.tokens, paddingName].includes(build.ignoredToken)) {
    refuse('ignoredToken', 'a name that is not among the tokens');
  }
  const isOneCharacter = [...build.ignoredToken].length <= 1 && !/\s/.test(build.ignoredToken);
  if (textStyleOf(build) === 'characters' && !isOneCharacter) {
    refuse('ignoredToken', 'one character, as the tokens are');
  }
  if (build.rows * build.columns > mostCells) refuse('columns', `at most ${mostCells} cells in all`);
  if (build.dihedral && (build.rows !== build.columns || build.rows === 1)) {
    refuse('dihedral', 'false: turned copies need a square grid, with as many rows as columns');
  }
  return problems;
}

function findNamesProblem({ tokens, tokensFromData, text }: Settings): string | null {
  if (tokensFromData) return tokens.length === 0 ? null : 'nothing, since tokensFromData is true';
  if (tokens.length === 0)
    return 'at least one name, or tokensFromData: true to take the tokens from the files';
  if (tokens.length > mostDeclaredTokens) return `at most ${mostDeclaredTokens} names, not ${tokens.length}`;
  const repeated = tokens.find((name, index) => tokens.indexOf(name) !== index);
  if (repeated !== undefined) return `each name once; ${JSON.stringify(repeated)} is there twice`;
  if (tokens.includes(paddingName)) return `other names: ${paddingName} is token 0 of every dataset`;
  const isSingle = tokens.every((name) => [...name].length === 1);
  if (text === 'characters' && !isSingle) return 'names of one character each, since text is characters';
  const style = textStyleOf({ text, tokens });
  const broken = tokens.find(
    (name) => name === '' || /[\r\n]/.test(name) || (style === 'words' && /\s/.test(name)),
  );
  return broken === undefined ? null : `names without spaces or line ends; ${JSON.stringify(broken)} is none`;
}
