// Decides which examples of an own domain are for training and which for testing: as the files say, or by dealing out
// whole groups. What would leak test answers into training is left out or refused.

import type { TokensBuild } from '../../common/config/dataset-tokens.ts';
import { UserError } from '../../common/errors.ts';
import { createRandom } from '../../common/random.ts';
import type { TokenExamples } from './tokens-examples.ts';
import { parts, type TokensFile } from './tokens-file.ts';

export interface Division {
  /** Examples by group, then by puzzle, then in the order of the file. */
  train: Uint32Array;
  /** The same. */
  test: Uint32Array;
  /** Training examples left out since the test split has their input (of the same puzzle). */
  leaking: number;
  /** Inputs (of the same puzzle) that are in both splits after that, counted anew. */
  sharedInputs: number;
  /** Groups in both splits: only where puzzles have identifiers, which the model learns from training examples. */
  sharedGroups: number;
  method: string;
  /** Whether the test split has this input, of the blank puzzle. */
  isTestInput(input: Uint8Array): boolean;
}

export interface DivisionRequest {
  build: TokensBuild;
  examples: TokenExamples;
  train: TokensFile;
  test: TokensFile | undefined;
  /** In the order of their numbers. */
  groupNames: readonly string[];
}

/** @throws UserError when a split would be empty, or a group without puzzle identifiers is in both */
export function divideExamples(request: DivisionRequest): Division {
  const { examples, train, test } = request;
  const isDeclared = test !== undefined || train.fields.has('split');
  const testGroups = isDeclared ? null : dealGroups(request);
  const isTest = (example: number) =>
    testGroups === null ? examples.part(example) === parts.test : testGroups.has(examples.group(example));
  const testPart = isDeclared ? parts.test : parts.undecided;
  const leaks = (example: number) =>
    isDeclared && examples.find(examples.input(example), examples.puzzle(example), testPart) !== -1;

  const all = Uint32Array.from({ length: examples.count }, (_, example) => example);
  const forTraining = all.filter((example) => !isTest(example));
  const division = {
    train: sortByGroup(
      examples,
      forTraining.filter((example) => !leaks(example)),
    ),
    test: sortByGroup(examples, all.filter(isTest)),
  };
  requireBoth(request, division, forTraining.length);
  return {
    ...division,
    leaking: forTraining.length - division.train.length,
    sharedInputs: division.train.filter((example) => {
      const found = examples.find(examples.input(example), examples.puzzle(example), testPart);
      return found !== -1 && isTest(found);
    }).length,
    sharedGroups: countSharedGroups(request, division),
    method: describeMethod(request, testGroups),
    isTestInput(input) {
      const found = examples.find(input, 0, testPart);
      return found !== -1 && isTest(found);
    },
  };
}

function dealGroups({ build, examples, train }: DivisionRequest): Set<number> {
  const groups = new Set<number>();
  for (let example = 0; example < examples.count; example++) groups.add(examples.group(example));
  const testCount = Math.round(build.testShare * groups.size);
  if (testCount === 0 || testCount === groups.size) {
    throw new UserError({
      what: `testShare leaves no examples for ${testCount === 0 ? 'testing' : 'training'}`,
      where: 'dataset.build.testShare',
      found: `${build.testShare} of ${groups.size} groups in ${train.path}`,
      expected: 'a share that leaves at least one for training and one for testing',
      remedy: 'change testShare, give a testFile, or say in a field split what each row is for',
    });
  }
  const order = createRandom(build.seed, 'split').shuffle([...groups]);
  return new Set(order.slice(0, testCount));
}

function sortByGroup(examples: TokenExamples, chosen: Uint32Array): Uint32Array {
  return chosen.sort(
    (one, other) =>
      examples.group(one) - examples.group(other) ||
      examples.puzzle(one) - examples.puzzle(other) ||
      one - other,
  );
}

function requireBoth(
  { train, test }: DivisionRequest,
  division: { train: Uint32Array; test: Uint32Array },
  trainBefore: number,
): void {
  const empty = (['train', 'test'] as const).find((split) => division[split].length === 0);
  if (empty === undefined) return;
  const leaked = empty === 'train' && trainBefore > 0;
  throw new UserError({
    what: `There are no examples for ${empty === 'train' ? 'training' : 'testing'}`,
    where: (empty === 'test' ? test?.path : undefined) ?? train.path,
    found: leaked ? `${trainBefore} rows, all with an input that the test split has` : 'no such rows',
    expected: 'at least one',
    remedy: leaked ? 'use other files for training and testing' : 'check the field split of the rows',
  });
}

function countSharedGroups(
  { examples, train, test, groupNames }: DivisionRequest,
  division: { train: Uint32Array; test: Uint32Array },
): number {
  const inTraining = new Set(Array.from(division.train, (example) => examples.group(example)));
  const shared = new Set<number>();
  for (const example of division.test) {
    const group = examples.group(example);
    if (inTraining.has(group)) shared.add(group);
  }
  const [first] = shared;
  if (first === undefined || train.fields.has('puzzle')) return shared.size;
  const inGroup = (split: Uint32Array) => split.find((example) => examples.group(example) === first) ?? 0;
  const [trainLine, testLine] = [inGroup(division.train), inGroup(division.test)].map((example) =>
    examples.line(example),
  );
  throw new UserError({
    what: `${shared.size === 1 ? 'A group is' : `${shared.size} groups are`} in both splits`,
    where: `${(test ?? train).path}:${testLine}, field group`,
    found: `${JSON.stringify(groupNames[first])}, which line ${trainLine} of the training rows has too`,
    expected: 'groups that are wholly for training or wholly for testing',
    remedy: 'give all rows of a group to one split, or name the puzzle that rows share in a field puzzle',
  });
}

function describeMethod({ build, train, test }: DivisionRequest, testGroups: Set<number> | null): string {
  if (test !== undefined) return 'Training and test examples come from files of their own.';
  if (testGroups === null) return 'The field split of each row says what it is for.';
  const unit = train.fields.has('group') || train.fields.has('puzzle') ? 'groups' : 'rows';
  return `A share of ${build.testShare} of the ${unit} was drawn at random for testing: ${testGroups.size} ${unit}.`;
}
