// Builds a dataset of an own domain from files of token grids. Every row is checked, no input is in both splits, and no
// group of rows without puzzle identifiers straddles them.

import type { TokensBuild } from '../../common/config/dataset-tokens.ts';
import { UserError } from '../../common/errors.ts';
import { dihedralCount } from '../../common/puzzles/dihedral.ts';
import type { BuildContext, BuildOutcome } from './builder.ts';
import type { SplitName } from './layout.ts';
import { createPacer } from './pacer.ts';
import { describeTokens } from './tokens-card.ts';
import { divideExamples } from './tokens-division.ts';
import { TokenExamples } from './tokens-examples.ts';
import { parts, readTokensFile, type TokensFile, type TokensReading } from './tokens-file.ts';
import { createTokenNames } from './tokens-names.ts';
import { writeTokensSplit } from './tokens-split.ts';

export async function buildTokens(context: BuildContext<TokensBuild>): Promise<BuildOutcome> {
  const { build, folder, signal, onProgress } = context;
  const names = createTokenNames(build);
  const examples = new TokenExamples(build.rows * build.columns);
  const reading: TokensReading = {
    build,
    layout: names.layout,
    examples,
    puzzles: new Map(),
    groups: new Map(),
    groupOfPuzzle: new Map(),
    signal,
    onProgress,
  };
  const { train, test } = await readFiles(build, reading);
  const vocabulary = names.finish();
  if (build.tokensFromData) examples.renumber(vocabulary.numbers);
  const division = divideExamples({ build, examples, train, test, groupNames: [...reading.groups.keys()] });

  const identifiers = nameIdentifiers(build, [...reading.puzzles.keys()]);
  const options = (split: SplitName) => ({
    folder,
    split,
    build,
    examples,
    chosen: division[split],
    vocabularySize: vocabulary.names.length,
    identifierCount: identifiers.length,
    identifierOf: (puzzle: number, transform: number) =>
      puzzle === 0 ? 0 : transform * reading.puzzles.size + puzzle,
    isTestInput: division.isTestInput,
    pace: createPacer(signal),
    onProgress,
  });
  const testSplit = await writeTokensSplit(options('test'));
  const trainSplit = await writeTokensSplit(options('train'));
  return {
    draft: describeTokens({
      build,
      names: vocabulary.names,
      files: { train, test },
      division,
      splits: { train: trainSplit, test: testSplit },
    }),
    identifiers,
    sourceFiles: [train, ...(test === undefined ? [] : [test])].map(({ digest }) => digest),
  };
}

async function readFiles(
  build: TokensBuild,
  reading: TokensReading,
): Promise<{ train: TokensFile; test: TokensFile | undefined }> {
  const { trainFile, testFile } = build;
  const train = await readTokensFile(trainFile, testFile === undefined ? null : parts.train, reading);
  if (testFile === undefined) return { train, test: undefined };
  const test = await readTokensFile(testFile, parts.test, reading);
  for (const field of ['group', 'puzzle'] as const) {
    if (train.fields.has(field) === test.fields.has(field)) continue;
    throw new UserError({
      what: 'The training and the test file do not fit each other',
      where: testFile,
      found: `${test.fields.has(field) ? 'a' : 'no'} field ${field}`,
      expected: `${train.fields.has(field) ? 'a' : 'no'} field ${field}, as in ${trainFile}`,
    });
  }
  return { train, test };
}

/** The blank one, the puzzles, and the puzzles after each transform, which are puzzles of their own. */
function nameIdentifiers({ dihedral }: TokensBuild, puzzles: string[]): string[] {
  const transforms = Array.from({ length: dihedral ? dihedralCount - 1 : 0 }, (_, index) => index + 1);
  const copies = transforms.flatMap((transform) => puzzles.map((name) => `${name}|||t${transform}`));
  return ['<blank>', ...puzzles, ...copies];
}
