// Any vocabulary as a domain of the solver: texts by the names of the tokens, and an honest verdict.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { tokensBuildSchema } from '../../../common/config/dataset-tokens.ts';
import type { Vocabulary } from '../../../common/dataset-card.ts';
import type { JobSpecOf } from '../../../common/jobs.ts';
import { IGNORED_LABEL } from '../../../common/labels.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { solveJob } from '../../../worker/solve/solve.ts';
import { createTokenDomain } from '../../../worker/solve/tokens.ts';
import { testContext } from '../job-context.ts';
import { temporaryFolder } from '../tiny-experiment.ts';
import { echoGraph, encodeEcho } from './echo-model.ts';

const letters: Vocabulary = {
  domain: 'letters',
  gridRows: 4,
  gridColumns: 4,
  tokens: ['padding', 'a', 'b', 'c', 'd', 'e'],
};

describe('a domain without rules', () => {
  const words = { ...letters, gridRows: 1, tokens: ['padding', 'yes', 'no'] };

  test('reads and writes puzzles by the names of the tokens', () => {
    const { parse, format } = createTokenDomain(letters);
    const tokens = Int32Array.of(1, 2, 0, 0, 3, 4, ...new Array(10).fill(0));
    assert.deepEqual(parse('ab/cd', 1), tokens);
    assert.equal(format(tokens), 'ab\ncd');
    const inWords = createTokenDomain(words);
    assert.deepEqual(inWords.parse('yes no', 1), Int32Array.of(1, 2, 0, 0));
    assert.equal(inWords.format([1, 2, 0, 1]), 'yes no · yes');
  });

  test('says what is wrong with a puzzle', () => {
    const message = (vocabulary: Vocabulary, text: string) => {
      try {
        createTokenDomain(vocabulary).parse(text, 3);
      } catch (error) {
        return error instanceof Error ? error.message.split('\n') : [];
      }
      return [];
    };
    assert.deepEqual(message(letters, 'ab/cx'), [
      'Puzzle 3 is no puzzle of the domain letters',
      '  where:    ab/cx, row 2, column 2',
      '  found:    "x"',
      '  expected: one of a b c d e',
      '  to do:    give one character a token; rows end with a line end or a slash',
    ]);
    assert.deepEqual(message(words, 'no no no no no'), [
      'Puzzle 3 is no puzzle of the domain letters',
      '  where:    no no no no no',
      '  found:    5 tokens',
      '  expected: at most 4 tokens',
      '  to do:    give the tokens with spaces between',
    ]);
    assert.deepEqual(message(words, ' ').slice(2, 4), [
      '  found:    no tokens',
      '  expected: at least one token',
    ]);
  });

  test('compares an answer with the known one, and without it says that nothing can be checked', () => {
    const { check } = createTokenDomain(words);
    const question = [1, 0, 0, 0];
    assert.deepEqual(check(question, [1, 2, 0, 0], Int32Array.of(1, 2, 0, IGNORED_LABEL)), { valid: true });
    assert.deepEqual(check(question, [1, 2, 1, 0], Int32Array.of(1, 2, 0, 0)), {
      valid: false,
      reason: 'row 1, column 3 differs from the known answer',
    });
    assert.deepEqual(check(question, [1, 2, 1, 0]), {
      valid: null,
      reason: 'the domain has no rules to check an answer by',
    });
  });
});

describe('solving with a model that echoes the puzzle', () => {
  let root: Awaited<ReturnType<typeof temporaryFolder>>;
  let modelFile: string;
  let datasetFolder: string;

  before(async () => {
    await startRuntime();
    root = await temporaryFolder();
    modelFile = join(root.path, 'echo.onnx');
    writeFileSync(modelFile, encodeEcho(echoGraph(), { 'trm.vocabulary': JSON.stringify(letters) }));
    const trainFile = join(root.path, 'letters.jsonl');
    const rows = [
      { input: 'ab/cd', output: 'ab/cd', split: 'test' },
      { input: 'ba/cd', output: 'ab/cd', split: 'test' },
      { input: 'a', output: 'b', split: 'train' },
    ];
    writeFileSync(trainFile, rows.map((row) => JSON.stringify(row)).join('\n'));
    const { domain, gridRows, gridColumns, tokens } = letters;
    const size = { rows: gridRows, columns: gridColumns, tokens: tokens.slice(1) };
    const build = tokensBuildSchema.parse({ kind: 'tokens', domain, trainFile, ...size });
    datasetFolder = join(root.path, 'data');
    await buildDataset({ build, name: 'letters', folder: datasetFolder });
  });
  after(() => root[Symbol.asyncDispose]());

  const specification = (changes: Partial<JobSpecOf<'solve'>>): JobSpecOf<'solve'> => ({
    kind: 'solve',
    subject: { modelFile },
    puzzles: [],
    datasetFolder: null,
    generate: false,
    count: 2,
    seed: 0,
    maximumSteps: 1,
    halting: null,
    confidences: false,
    provider: 'cpu',
    ...changes,
  });

  test('puzzles of the dataset are compared with their answers', async () => {
    const result = await solveJob(specification({ datasetFolder }), testContext());
    assert.deepEqual([result.puzzlesTried, result.puzzlesSolved, result.drawing], [2, 1, 'lines']);
    assert.deepEqual(
      result.puzzles.map(({ question, answer, valid, reason }) => ({ question, answer, valid, reason })),
      [
        { question: 'ab\ncd', answer: 'ab\ncd', valid: true, reason: undefined },
        {
          question: 'ba\ncd',
          answer: 'ba\ncd',
          valid: false,
          reason: 'row 1, column 1 differs from the known answer',
        },
      ],
    );
  });

  test('puzzles of a user are answered and not called solved', async () => {
    const result = await solveJob(specification({ puzzles: ['abc'] }), testContext());
    assert.deepEqual([result.puzzlesTried, result.puzzlesSolved], [1, 0]);
    assert.equal(result.puzzles[0]?.valid, null);
  });

  test('fresh puzzles are refused', () =>
    assert.rejects(solveJob(specification({ datasetFolder, generate: true }), testContext()), {
      name: 'UserError',
      message: [
        'Puzzles of the domain letters cannot be made here',
        '  found:    --generate',
        '  expected: puzzles as text, or a dataset to draw them from',
        '  to do:    leave out --generate: test puzzles of the dataset are then drawn',
      ].join('\n'),
    }));
});
