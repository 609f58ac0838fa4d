// What the dataset card says about an own domain: words and numbers from what was really done and found.

import type { TokensBuild } from '../../common/config/dataset-tokens.ts';
import type { LeakageCheck } from '../../common/dataset-card.ts';
import type { CardDraft } from './builder.ts';
import type { Division } from './tokens-division.ts';
import type { TokensFile } from './tokens-file.ts';
import type { WrittenTokensSplit } from './tokens-split.ts';

/** Changes whenever the same build of the same files would give other arrays. */
const tokensGeneratorVersion = 'tokens-1';

export interface TokensFacts {
  build: TokensBuild;
  /** The names of the tokens, the padding first. */
  names: string[];
  files: { train: TokensFile; test: TokensFile | undefined };
  division: Division;
  splits: { train: WrittenTokensSplit; test: WrittenTokensSplit };
}

export function describeTokens(facts: TokensFacts): CardDraft {
  const { build, names, splits, division } = facts;
  return {
    title: build.title || `Own domain ${build.domain}`,
    task: build.task || 'Give the output that belongs to the input.',
    vocabulary: {
      domain: build.domain,
      gridRows: build.rows,
      gridColumns: build.columns,
      tokens: names,
    },
    source: build.source,
    licence: build.licence,
    generatorVersion: tokensGeneratorVersion,
    splits: { train: splits.train.card, test: splits.test.card },
    splitMethod: `${division.method} ${describeGroups(facts)}`,
    filters: describeFilters(facts),
    augmentation: describeAugmentation(facts),
    leakageChecks: [checkTokensLeakage(division.test.length, division.sharedInputs)],
  };
}

function describeFilters({ build, files, division }: TokensFacts): string[] {
  const { train, test } = files;
  return [
    ...describeFile(test === undefined ? 'file' : 'training file', train),
    ...(test === undefined ? [] : describeFile('test file', test)),
    ...(division.leaking > 0
      ? [`${division.leaking} training rows were left out since the test split has their input.`]
      : []),
    build.lengthCounts
      ? 'The end of an output counts: cells beyond it must be answered with padding.'
      : 'Cells beyond the end of an output count nowhere.',
  ];
}

function describeFile(name: string, { rowCount, repeatedRows, otherFields }: TokensFile): string[] {
  return [
    `The ${name} has ${rowCount} rows; ${repeatedRows} repeat an earlier row and were left out.`,
    ...(otherFields.size > 0
      ? [`Fields of the ${name} that mean nothing here were passed over: ${[...otherFields].join(', ')}.`]
      : []),
  ];
}

function describeAugmentation({ build, splits: { train } }: TokensFacts): string {
  if (!build.dihedral) return 'None.';
  const left = `${train.equalCopies} copies that equal an earlier one`;
  const leaking = train.leakingCopies === 0 ? '' : ` and ${train.leakingCopies} whose input is a test input`;
  return (
    'Each training puzzle is followed by its seven turned and mirrored copies in its group; ' +
    `${left}${leaking} were left out. Test puzzles are not augmented.`
  );
}

/** The check of the builder and of the verification: `shared` inputs (of the same puzzle) are in both splits. */
export function checkTokensLeakage(testInputs: number, shared: number): LeakageCheck {
  return {
    name: 'No input in both splits',
    result: `Of ${testInputs} test inputs, ${shared} are in the training split (of the same puzzle).`,
    passed: shared === 0,
  };
}

function describeGroups({ division }: TokensFacts): string {
  if (division.sharedGroups === 0) return 'No group is in both splits.';
  return (
    `${division.sharedGroups} groups have rows in both splits, with other inputs: their puzzles have identifiers, which ` +
    'the model learns from the training rows.'
  );
}
