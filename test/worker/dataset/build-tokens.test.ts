// Datasets of own domains: what is built from rows, and how each fault in a row is told.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type TokensBuild, tokensBuildSchema } from '../../../common/config/dataset-tokens.ts';
import type { DatasetCard } from '../../../common/dataset-card.ts';
import { IGNORED_LABEL } from '../../../common/labels.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import type { SplitName } from '../../../worker/dataset/layout.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { verifyDataset } from '../../../worker/dataset/verify.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

type Settings = Partial<Record<keyof TokensBuild, unknown>>;

interface Prepared {
  folder: string;
  path(name: string): string;
  write(name: string, text: string): void;
  build(settings: Settings): Promise<DatasetCard>;
}

/** Builds from `train.jsonl` with the tokens a, b, c in one row of four columns, where nothing else is said. */
function prepare(t: TestContext): Prepared {
  const parent = temporaryFolder(t);
  const folder = join(parent, 'data');
  const path = (name: string) => join(parent, name);
  return {
    folder,
    path,
    write: (name, text) => writeFileSync(path(name), text),
    build(settings) {
      const { trainFile = 'train.jsonl', testFile, ...rest } = settings;
      const build = tokensBuildSchema.parse({
        kind: 'tokens',
        domain: 'letters',
        columns: 4,
        ...(rest.tokensFromData ? {} : { tokens: ['a', 'b', 'c'] }),
        ...rest,
        trainFile: path(String(trainFile)),
        ...(testFile === undefined ? {} : { testFile: path(String(testFile)) }),
      });
      return buildDataset({ build, name: 'data', folder, replace: true });
    },
  };
}

const lines = (rows: unknown[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;

interface StoredExample {
  input: number[];
  label: number[];
  identifier: number;
  group: number;
}

function readSplit(folder: string, name: SplitName): StoredExample[] {
  const dataset = openDataset(folder);
  const split = dataset.split(name);
  const tokens = new Int32Array(dataset.metadata.sequenceLength);
  const read = (copy: typeof split.copyInputs, example: number) => {
    copy(example, tokens, 0);
    return [...tokens];
  };
  const examples = Array.from({ length: split.exampleCount }, (_, example) => {
    const puzzle = split.puzzleIndices.findLastIndex((first) => first <= example);
    return {
      input: read(split.copyInputs, example),
      label: read(split.copyLabels, example),
      identifier: split.puzzleIdentifiers[puzzle] ?? -1,
      group: split.groupIndices.findLastIndex((first) => first <= puzzle),
    };
  });
  dataset.close();
  return examples;
}

const row = (input: unknown, output: unknown, more: Record<string, unknown> = {}) => ({
  input,
  output,
  ...more,
});

const ignored = IGNORED_LABEL;

describe('what is built', () => {
  test('texts, lists and rows as tokens with padding, and cells that do not count', async (t) => {
    const { folder, write, build } = prepare(t);
    const rows = [
      row(
        'ab/c a',
        [
          [null, 'b'],
          ['c', 'a'],
        ],
        { split: 'train' },
      ),
      row('abcb', 'a?bc', { split: 'train' }),
      row([['a'], ['b']], 'ab', { split: 'test' }),
    ];
    write('train.jsonl', lines(rows));
    const card = await build({ rows: 2, columns: 2, ignoredToken: '?' });
    assert.deepEqual(readSplit(folder, 'train'), [
      { input: [1, 2, 3, 1], label: [ignored, 2, 3, 1], identifier: 0, group: 0 },
      { input: [1, 2, 3, 2], label: [1, ignored, 2, 3], identifier: 0, group: 1 },
    ]);
    assert.deepEqual(readSplit(folder, 'test'), [
      { input: [1, 0, 2, 0], label: [1, 2, 0, 0], identifier: 0, group: 0 },
    ]);
    assert.deepEqual(card.vocabulary, {
      domain: 'letters',
      gridRows: 2,
      gridColumns: 2,
      tokens: ['padding', 'a', 'b', 'c'],
    });
  });

  test('cells beyond the end of an output count only where its length does', async (t) => {
    const { folder, write, build } = prepare(t);
    write('train.jsonl', lines([row('ab', 'a', { split: 'train' }), row('ba', '', { split: 'test' })]));
    await build({});
    assert.deepEqual(readSplit(folder, 'train')[0]?.label, [1, 0, 0, 0]);
    assert.deepEqual(readSplit(folder, 'test')[0]?.label, [0, 0, 0, 0]);
    await assert.rejects(build({ lengthCounts: false }), /^UserError: No cell of the output counts\n/);
    write('train.jsonl', lines([row('ab', 'a', { split: 'train' }), row('ba', 'b', { split: 'test' })]));
    await build({ lengthCounts: false });
    assert.deepEqual(readSplit(folder, 'train')[0]?.label, [1, ignored, ignored, ignored]);
  });

  test('a CSV file of words, with its tokens taken from the data in alphabetical order', async (t) => {
    const { folder, write, build, path } = prepare(t);
    write('train.csv', '\ufeffinput,output,note\r\n"no, yes",yes,x\r\nyes no,no,"y\nz"\r\n');
    write('test.csv', 'output,input\nno,no\n');
    const files = { trainFile: 'train.csv', testFile: 'test.csv' };
    const card = await build({ ...files, tokensFromData: true, text: 'words' });
    assert.deepEqual(card.vocabulary.tokens, ['padding', 'no', 'no,', 'yes']);
    assert.deepEqual(
      readSplit(folder, 'train').map(({ input, label }) => [input, label]),
      [
        [
          [2, 3, 0, 0],
          [3, 0, 0, 0],
        ],
        [
          [3, 1, 0, 0],
          [1, 0, 0, 0],
        ],
      ],
    );
    assert.deepEqual(card.filters, [
      'The training file has 2 rows; 0 repeat an earlier row and were left out.',
      'Fields of the training file that mean nothing here were passed over: note.',
      'The test file has 1 rows; 0 repeat an earlier row and were left out.',
      'The end of an output counts: cells beyond it must be answered with padding.',
    ]);
    assert.deepEqual(
      card.sourceFiles.map(({ path: name, sizeBytes }) => [name, sizeBytes]),
      ['train.csv', 'test.csv'].map((name) => [name, readFileSync(path(name)).length]),
    );
  });

  test('puzzles become identifiers, groups become groups, and both keep their rows together', async (t) => {
    const { folder, write, build } = prepare(t);
    const rows = [
      row('a', 'a', { puzzle: 'copy', group: 1, split: 'train' }),
      row('a', 'b', { puzzle: 'next', group: 2, split: 'train' }),
      row('b', 'b', { puzzle: 'copy', group: 1, split: 'train' }),
      row('c', 'c', { puzzle: 'same', group: 1, split: 'train' }),
      row('b', 'c', { puzzle: 'next', group: 2, split: 'test' }),
    ];
    write('train.jsonl', lines(rows));
    const card = await build({});
    assert.deepEqual(
      readSplit(folder, 'train').map(({ input, identifier, group }) => [input[0], identifier, group]),
      [
        [1, 1, 0],
        [2, 1, 0],
        [3, 3, 0],
        [1, 2, 1],
      ],
    );
    assert.deepEqual(
      readSplit(folder, 'test').map(({ identifier }) => identifier),
      [2],
    );
    const identifiers: unknown = JSON.parse(readFileSync(join(folder, 'identifiers.json'), 'utf8'));
    assert.deepEqual(identifiers, ['<blank>', 'copy', 'next', 'same']);
    assert.equal(
      card.splitMethod,
      'The field split of each row says what it is for. 1 groups have rows in both splits, with other inputs: their ' +
        'puzzles have identifiers, which the model learns from the training rows.',
    );
  });

  test('repeated rows, and training rows that the test split has, are left out and counted', async (t) => {
    const { folder, write, build } = prepare(t);
    write('train.jsonl', lines([row('a', 'a'), row('b', 'a'), row('a', 'a'), row('c', 'b')]));
    write('test.jsonl', lines([row('c', 'a')]));
    const card = await build({ testFile: 'test.jsonl' });
    assert.deepEqual(
      readSplit(folder, 'train').map(({ input }) => input[0]),
      [1, 2],
    );
    assert.deepEqual(card.filters.slice(0, 3), [
      'The training file has 4 rows; 1 repeat an earlier row and were left out.',
      'The test file has 1 rows; 0 repeat an earlier row and were left out.',
      '1 training rows were left out since the test split has their input.',
    ]);
    assert.deepEqual(card.leakageChecks, [
      {
        name: 'No input in both splits',
        result: 'Of 1 test inputs, 0 are in the training split (of the same puzzle).',
        passed: true,
      },
    ]);
  });

  test('turned and mirrored copies are puzzles of the same group, each but once, none of them a test input', async (t) => {
    const { folder, write, build } = prepare(t);
    const rows = [
      row('ab', 'ba', { split: 'train' }),
      row('aa/aa', 'b', { split: 'train' }),
      row('b/a', 'a', { split: 'test' }),
    ];
    write('train.jsonl', lines(rows));
    const card = await build({ rows: 2, columns: 2, dihedral: true });
    const train = readSplit(folder, 'train').map(({ input, label, group }) => ({
      pair: `${input.join('')} ${label.join('')}`,
      group,
    }));
    assert.deepEqual(train, [
      { pair: '1200 2100', group: 0 },
      { pair: '2100 1200', group: 0 },
      { pair: '1020 2010', group: 0 },
      { pair: '1111 2000', group: 1 },
    ]);
    assert.equal(
      card.augmentation,
      'Each training puzzle is followed by its seven turned and mirrored copies in its group; 10 copies that equal an ' +
        'earlier one and 2 whose input is a test input were left out. Test puzzles are not augmented.',
    );
  });

  test('groups are dealt out whole, the same for the same seed', async (t) => {
    const { folder, write, build } = prepare(t);
    const letters = ['a', 'b', 'c'];
    const inputs = letters.flatMap((one) =>
      letters.flatMap((two) => letters.map((three) => one + two + three)),
    );
    write('train.jsonl', lines(inputs.map((input, index) => row(input, 'a', { group: index % 9 }))));
    const groupsOf = (split: SplitName) => {
      const found = readSplit(folder, split).map(({ input }) => {
        const text = input
          .slice(0, 3)
          .map((token) => letters[token - 1])
          .join('');
        return inputs.indexOf(text) % 9;
      });
      return [...new Set(found)].sort();
    };
    const card = await build({ testShare: 0.3, seed: 1 });
    const [train, testGroups] = [groupsOf('train'), groupsOf('test')];
    assert.deepEqual([train.length, testGroups.length], [6, 3]);
    assert.deepEqual([...train, ...testGroups].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert.equal((await build({ testShare: 0.3, seed: 1 })).digest, card.digest);
    assert.notEqual((await build({ testShare: 0.3, seed: 2 })).digest, card.digest);
  });

  test('a verification finds all as the card says, and a leak that is put in', async (t) => {
    const { folder, write, build } = prepare(t);
    write('train.jsonl', lines([row('ab', 'a'), row('b', 'b'), row('ca', 'cc')]));
    write('test.jsonl', lines([row('cb', 'a')]));
    await build({ testFile: 'test.jsonl' });
    const verification = await verifyDataset(folder);
    assert.deepEqual(
      verification.checks.filter(({ passed }) => !passed),
      [],
    );
    assert.ok(verification.checks.some(({ name }) => name === 'No input in both splits'));
    const inputs = join(folder, 'train', 'all__inputs.npy');
    const bytes = readFileSync(inputs);
    bytes.set([3, 2, 0, 0], bytes.length - 4);
    writeFileSync(inputs, bytes);
    const leaking = await verifyDataset(folder);
    const failed = leaking.checks.filter(({ passed }) => !passed).map(({ name }) => name);
    assert.ok(failed.includes('Checksums'));
    assert.ok(failed.includes('No input in both splits'));
  });

  test('any rows come out as they went in', async (t) => {
    const { folder, write, build } = prepare(t);
    const grid = fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }))
      .chain(([height, width]) => {
        const token = fc.constantFrom('x', 'y y', '10', '/');
        const line = fc.array(token, { minLength: width, maxLength: width });
        return fc.array(line, { minLength: height, maxLength: height });
      });
    const names = ['x', '10', '/', 'y y'];
    const canvas = (rows: string[][]) =>
      Array.from({ length: 12 }, (_, cell) => {
        const name = rows[Math.floor(cell / 4)]?.[cell % 4];
        return name === undefined ? 0 : 1 + names.toSorted().indexOf(name);
      });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(grid, grid), {
          minLength: 2,
          maxLength: 8,
          selector: ([input]) => String(canvas(input)),
        }),
        async (pairs) => {
          write('train.jsonl', lines(pairs.map(([input, output]) => row(input, output))));
          // All four names, so that their numbers do not depend on the pairs.
          write('test.jsonl', lines([row([names], [names])]));
          await build({ rows: 3, tokensFromData: true, testFile: 'test.jsonl' });
          const isTest = String(canvas([names]));
          const kept = pairs.filter(([input]) => String(canvas(input)) !== isTest);
          assert.deepEqual(
            readSplit(folder, 'train').map(({ input, label }) => [input, label]),
            kept.map(([input, output]) => [canvas(input), canvas(output)]),
          );
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('what is wrong is told with its place', () => {
  test('many faults at once, each with line, field and cell', async (t) => {
    const { write, build, path } = prepare(t);
    const texts = [
      '{"input": "ab", "output": "x"}',
      '{"input": [["a", "b"], ["c"]], "output": "a"}',
      '{"input": "abcabc", "output": "a"}',
      '{"input": ["a", true], "output": [null, "b"]}',
      '{"input": "a", "output": "b", "group": "g"}',
      '["input"]',
      '{"input": "", "output": "a"}',
      '{"input": {"a": 1}, "output": "a"}',
      '{"input": [null], "output": "a"}',
      '',
      '{"input": "c", "output": "a"}',
      '{"input": "c", "output": "b"}',
    ];
    write('train.jsonl', texts.join('\n'));
    const file = path('train.jsonl');
    const faults: [what: string, where: string, found: string, expected: string][] = [
      ['The output is not a grid of tokens as declared', '1, field output, token 1', '"x"', 'one of a b c'],
      [
        'The input is not a grid of tokens as declared',
        '2, field input, row 2',
        '1 tokens',
        '2, as in the first row',
      ],
      ['The input is not a grid of tokens as declared', '3, field input', '6 tokens', 'at most 4 tokens'],
      ['The input is not a grid of tokens as declared', '4, field input, token 2', 'true', 'a token'],
      [
        'Some rows have the field group and some have not',
        '5',
        'the field group',
        'no group, as in the first row',
      ],
      [
        'A line is not a JSON object',
        '6',
        '["input"]',
        'an object such as {"input": …, "output": …} in one line',
      ],
      ['The input is empty', '7, field input', 'no tokens', 'at least one token'],
      [
        'The input is not a grid of tokens as declared',
        '8, field input',
        '{"a":1}',
        'a text, a list of tokens, or a list of rows',
      ],
      ['The input is not a grid of tokens as declared', '9, field input, token 1', 'null', 'a token'],
    ];
    await assert.rejects(build({}), (error: Error & { details?: unknown }) => {
      assert.deepEqual(error.details, {
        what: `${file} has errors: 10 problems`,
        problems: [
          ...faults.map(([what, where, found, expected]) => ({
            what,
            where: `${file}:${where}`,
            found,
            expected,
          })),
          {
            what: 'An input has two different outputs',
            where: `${file}:12, field output`,
            found: 'b',
            expected: 'a, as in line 11',
            remedy: 'correct or remove one of the two rows',
          },
        ],
      });
      return true;
    });
  });

  test('reading ends after twenty faults', async (t) => {
    const { write, build, path } = prepare(t);
    write('train.jsonl', lines(Array.from({ length: 50 }, () => row('d', 'a'))));
    await assert.rejects(build({}), (error: Error & { details?: { what: string; problems: unknown[] } }) => {
      assert.equal(error.details?.what, `${path('train.jsonl')} has errors, here are the first: 20 problems`);
      assert.equal(error.details?.problems.length, 20);
      return true;
    });
  });

  const refusals: [title: string, file: string, text: string, settings: Settings, message: RegExp][] = [
    [
      'a file of another kind',
      'train.txt',
      'a',
      {},
      /^UserError: The kind of file is not known\n.*found: {4}the ending \.txt/s,
    ],
    ['an empty file', 'train.jsonl', '\n', {}, /^UserError: The file has no examples\n/],
    [
      'one list of all rows',
      'train.jsonl',
      '[{"input": "a", "output": "b"}]',
      {},
      /expected: one object a line, not one list of all$/,
    ],
    [
      'columns of other names',
      'train.csv',
      'inputs,output\na,b\n',
      {},
      /^UserError: The file has no field input\n {2}where: {4}.*:2\n {2}found: {4}the fields inputs, output\n.*rename the field inputs$/s,
    ],
    ['a line with too few fields', 'train.csv', 'input,output\na,b\na\n', {}, /:3\n {2}found: {4}1 fields\n/],
    ['a broken CSV file', 'train.csv', 'input,output\n"a,b\n', {}, /^UserError: The file is not valid CSV\n/],
    [
      'no share for testing',
      'train.jsonl',
      lines([row('a', 'a'), row('b', 'b')]),
      { testShare: 0 },
      /^UserError: testShare leaves no examples for testing\n/,
    ],
    [
      'a split of another name',
      'train.jsonl',
      lines([row('a', 'a', { split: 'dev' })]),
      {},
      /^UserError: The split of a row is not known\n.*found: {4}"dev"\n/s,
    ],
    [
      'rows for training only',
      'train.jsonl',
      lines([row('a', 'a', { split: 'train' })]),
      {},
      /^UserError: There are no examples for testing\n/,
    ],
    [
      'a group in both splits',
      'train.jsonl',
      lines([row('a', 'a', { split: 'train', group: 'g' }), row('b', 'a', { split: 'test', group: 'g' })]),
      {},
      /^UserError: A group is in both splits\n {2}where: {4}.*:2, field group\n {2}found: {4}"g", which line 1 of the training rows has too\n/,
    ],
    [
      'a puzzle in two groups',
      'train.jsonl',
      lines([row('a', 'a', { puzzle: 'p', group: 1 }), row('b', 'a', { puzzle: 'p', group: 2 })]),
      {},
      /^UserError: The puzzle "p" is in two groups\n.*found: {4}"2"\n {2}expected: "1", as in the rows before$/s,
    ],
  ];
  for (const [title, file, text, settings, message] of refusals) {
    test(title, async (t) => {
      const { write, build } = prepare(t);
      write(file, text);
      await assert.rejects(build({ trainFile: file, ...settings }), message);
    });
  }

  test('a file that is no text', async (t) => {
    const { path, build } = prepare(t);
    writeFileSync(path('train.jsonl'), Buffer.from([0x7b, 0xff, 0xfe]));
    await assert.rejects(build({}), /^UserError: The file is not UTF-8 text\n/);
  });

  test('a build that is stopped leaves nothing behind', async (t) => {
    const { write, folder, path } = prepare(t);
    write('train.jsonl', lines([row('a', 'a'), row('b', 'b')]));
    const build = tokensBuildSchema.parse({
      kind: 'tokens',
      domain: 'letters',
      columns: 4,
      tokens: 'a b',
      testShare: 0.5,
      trainFile: path('train.jsonl'),
    });
    const signal = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(buildDataset({ build, name: 'data', folder, signal }), /stopped/);
    assert.throws(() => openDataset(folder), /There is no dataset/);
  });
});

test('settings that do not fit each other are refused', () => {
  const problemsOf = (settings: Settings) => {
    const base = { kind: 'tokens', domain: 'letters', trainFile: 'x.jsonl', columns: 4, tokens: ['a', 'b'] };
    const parsed = tokensBuildSchema.safeParse({ ...base, ...settings });
    return parsed.success
      ? []
      : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  };
  assert.deepEqual(problemsOf({}), []);
  assert.deepEqual(problemsOf({ domain: 'sudoku' }), [
    'domain: another name: sudoku, maze, arc have rules of their own here',
  ]);
  assert.deepEqual(problemsOf({ tokens: [] }), [
    'tokens: at least one name, or tokensFromData: true to take the tokens from the files',
  ]);
  assert.deepEqual(problemsOf({ tokensFromData: true }), ['tokens: nothing, since tokensFromData is true']);
  assert.deepEqual(problemsOf({ tokens: 'a b a' }), ['tokens: each name once; "a" is there twice']);
  assert.deepEqual(problemsOf({ tokens: 'a padding' }), [
    'tokens: other names: padding is token 0 of every dataset',
  ]);
  assert.deepEqual(problemsOf({ tokens: ['a b', 'c'] }), [
    'tokens: names without spaces or line ends; "a b" is none',
  ]);
  assert.deepEqual(problemsOf({ tokens: 'ab c', text: 'characters' }), [
    'tokens: names of one character each, since text is characters',
  ]);
  assert.deepEqual(problemsOf({ ignoredToken: 'a' }), ['ignoredToken: a name that is not among the tokens']);
  assert.deepEqual(problemsOf({ ignoredToken: '??' }), ['ignoredToken: one character, as the tokens are']);
  assert.deepEqual(problemsOf({ dihedral: true }), [
    'dihedral: false: turned copies need a square grid, with as many rows as columns',
  ]);
  assert.deepEqual(problemsOf({ rows: 300, columns: 300 }), ['columns: at most 65536 cells in all']);
});
