import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type SudokuCsvBuild, sudokuCsvBuildSchema } from '../../../common/config/dataset.ts';
import type { DatasetCard } from '../../../common/dataset-card.ts';
import { UserError } from '../../../common/errors.ts';
import { randomGrid } from '../../../common/puzzles/sudoku/generate.ts';
import { sudokuGeometry } from '../../../common/puzzles/sudoku/geometry.ts';
import { applySymmetry, randomSymmetry } from '../../../common/puzzles/sudoku/symmetry.ts';
import { formatGrid, parsePuzzle } from '../../../common/puzzles/sudoku/text.ts';
import { createRandom } from '../../../common/random.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { readSudokuRows, type SampleRow, sampleFile } from '../../common/puzzles/sudoku/samples.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const header = 'source,question,answer,rating';
const formatRow = ({ source, question, answer, rating }: SampleRow) =>
  `${source},${question},${answer},${rating}`;
const samples = readSudokuRows(sampleFile('train'));
const firstSample = samples[0]!;

interface Import {
  folder: string;
  build(settings: Partial<SudokuCsvBuild>): Promise<DatasetCard>;
  /** Writes a CSV file and returns its path. */
  write(name: string, lines: string[]): string;
}

function prepareImport(context: TestContext): Import {
  const parent = temporaryFolder(context);
  const folder = join(parent, 'data');
  return {
    folder,
    build: (settings) => {
      const build = sudokuCsvBuildSchema.parse({ kind: 'sudoku-csv', trainFile: 'none', ...settings });
      return buildDataset({ build, name: 'data', folder, replace: true });
    },
    write: (name, lines) => {
      writeFileSync(join(parent, name), `${lines.join('\n')}\n`);
      return join(parent, name);
    },
  };
}

/** Questions of a split's examples as texts, in stored order. */
function readQuestions(folder: string, split: 'train' | 'test'): string[] {
  const dataset = openDataset(folder);
  const tokens = new Int32Array(dataset.metadata.sequenceLength);
  return Array.from({ length: dataset.split(split).exampleCount }, (_, example) => {
    dataset.split(split).copyInputs(example, tokens, 0);
    return formatGrid(tokens.map((token) => token - 1));
  });
}

test('imports the sample files row by row, with their ratings', async (context) => {
  const { folder, build } = prepareImport(context);
  const card = await build({
    trainFile: fileURLToPath(sampleFile('train')),
    testFile: fileURLToPath(sampleFile('test')),
    source: 'norvig/pytudes',
    licence: 'MIT',
  });
  assert.deepEqual(
    readQuestions(folder, 'train'),
    samples.map((row) => row.question),
  );
  assert.deepEqual(
    readQuestions(folder, 'test'),
    readSudokuRows(sampleFile('test')).map((row) => row.question),
  );
  assert.deepEqual([card.source, card.licence], ['norvig/pytudes', 'MIT']);
  assert.deepEqual(
    card.splits.train.distributions['rating in the file'],
    card.splits.train.distributions['rating (guesses)'],
  );
  assert.deepEqual(
    card.splits.train.distributions['rating (guesses)']?.maximum,
    Math.max(...samples.map((row) => row.rating)),
  );
  assert.deepEqual(card.filters, [
    'The training file has 108 rows; 0 repeat an earlier puzzle and were left out.',
    'The test file has 95 rows; 0 repeat an earlier puzzle and were left out.',
    '203 puzzles were imported; each was solved and has exactly one answer, the one in its row.',
  ]);
  assert.ok(card.leakageChecks.every((check) => check.passed));
});

test('training rows whose solution is in the test file, up to symmetry, are left out and counted', async (context) => {
  const { folder, build, write } = prepareImport(context);
  const symmetry = randomSymmetry(sudokuGeometry(9), createRandom(0));
  const disguise = (text: string) =>
    formatGrid(applySymmetry(sudokuGeometry(9), symmetry, parsePuzzle(text).cells));
  const leaks = samples
    .slice(0, 3)
    .map((row) => ({ ...row, question: disguise(row.question), answer: disguise(row.answer) }));
  const trainFile = write('train.csv', [header, ...[...leaks, ...samples.slice(3)].map(formatRow)]);
  const testFile = write('test.csv', [header, ...samples.slice(0, 3).map(formatRow)]);
  const card = await build({ trainFile, testFile, augmentations: 2 });
  assert.equal(
    card.splitMethod,
    'Training and test puzzles come from files of their own. 3 training puzzles were left out since their solution ' +
      'grid, up to symmetry, is in the test split.',
  );
  const originals = readQuestions(folder, 'train').filter((_, example) => example % 3 === 0);
  assert.deepEqual(
    originals,
    samples.slice(3).map((row) => row.question),
  );
});

test('one file is divided by classes, repeated and easy rows are left out, subsets are random', async (context) => {
  const { folder, build, write } = prepareImport(context);
  const rows = [...samples, ...samples.slice(0, 5)];
  const trainFile = write('train.csv', [header, ...rows.map(formatRow)]);
  const hard = samples.filter((row) => row.rating >= 2);
  const card = await build({
    trainFile,
    testShare: 0.25,
    minimumRating: 2,
    trainPuzzles: 20,
    testPuzzles: 6,
    seed: 4,
  });
  const repeated = samples.slice(0, 5).filter((row) => row.rating >= 2).length;
  assert.deepEqual(card.filters, [
    `The training file has 113 rows; ${repeated} repeat an earlier puzzle and were left out.`,
    `${113 - hard.length - repeated} rows of the training file were left out since their rating is below 2.`,
    '26 puzzles were imported; each was solved and has exactly one answer, the one in its row.',
  ]);
  assert.equal(
    card.splitMethod,
    `The ${hard.length} symmetry classes of solution grids of the file were dealt out at random: ` +
      `${hard.length - Math.round(hard.length / 4)} for training, ${Math.round(hard.length / 4)} for testing. ` +
      'A random 20 puzzles were taken for training. A random 6 puzzles were taken for testing.',
  );
  const known = new Set(hard.map((row) => row.question));
  const taken = [...readQuestions(folder, 'train'), ...readQuestions(folder, 'test')];
  assert.equal(new Set(taken).size, 26);
  assert.ok(taken.every((question) => known.has(question)));
});

test('4×4 files are divided by solution grid and cannot be augmented', async (context) => {
  const { build, write } = prepareImport(context);
  const geometry = sudokuGeometry(4);
  const answers = Array.from({ length: 30 }, (_, seed) =>
    formatGrid(randomGrid(geometry, createRandom(seed))),
  );
  const rows = [...new Set(answers)].map((answer) => `made,${answer.slice(0, 14)}..,${answer},0`);
  const trainFile = write('train.csv', [header, ...rows]);
  const card = await build({ trainFile, testShare: 0.5 });
  assert.equal(card.title, 'Sudoku 4×4');
  assert.match(card.splitMethod, /^The \d+ solution grids of the file were dealt out at random/);
  assert.equal(card.leakageChecks[0]?.name, 'No solution grid in both splits');
  await assert.rejects(
    build({ trainFile, testShare: 0.5, augmentations: 3 }),
    new UserError({
      what: '4×4 puzzles cannot be augmented: there are only two 4×4 grids up to symmetry, so copies would leak test grids',
      where: 'dataset.build.augmentations',
      found: `3 for the 4×4 puzzles of ${trainFile}`,
      expected: '0',
      remedy: 'set augmentations to 0',
    }),
  );
});

test('a file in another order of columns, with a byte order mark, quotes and Windows line ends is read', async (context) => {
  const { folder, build, write } = prepareImport(context);
  const lines = samples.slice(0, 4).map((row) => `"${row.answer}",${row.question}`);
  const trainFile = write('train.csv', [
    `\uFEFFanswer,question\r`,
    ...lines.map((line) => `${line}\r`),
    '\r',
  ]);
  await build({ trainFile, testShare: 0.25 });
  const found = [...readQuestions(folder, 'train'), ...readQuestions(folder, 'test')];
  assert.deepEqual(
    found.sort(),
    samples
      .slice(0, 4)
      .map((row) => row.question)
      .sort(),
  );
});

const good = formatRow(firstSample);
const answer = firstSample.answer;
const blankExcept = (cells: Record<number, string>) =>
  Array.from({ length: 81 }, (_, cell) => cells[cell] ?? '.').join('');
const otherDigit = answer[1] === '7' ? '8' : '7';

interface WrongRow {
  name: string;
  row: string;
  what: string;
  where: string;
  found: string | RegExp;
  expected: string;
}

const wrongRows: WrongRow[] = [
  {
    name: 'a question of wrong length',
    row: `x,${firstSample.question.slice(1)},${answer},0`,
    what: 'This is not a Sudoku puzzle',
    where: ':3, column question',
    found: '80 characters',
    expected: '81 characters (9×9)',
  },
  {
    name: 'a question of another size than the rows before',
    row: 'x,1...............,1234341221434321,0',
    what: 'This is not a Sudoku puzzle',
    where: ':3, column question',
    found: '16 characters',
    expected: '81 characters (9×9)',
  },
  {
    name: 'a letter in the question',
    row: `x,a${firstSample.question.slice(1)},${answer},0`,
    what: 'This is not a Sudoku puzzle',
    where: ':3, column question',
    found: '"a" at character 1 (row 1, column 1)',
    expected: 'a digit from 1 to 9, or . or 0 for a blank',
  },
  {
    name: 'an answer of wrong length',
    row: `x,${firstSample.question},${answer}1,0`,
    what: 'This is not the answer of a Sudoku puzzle',
    where: ':3, column answer',
    found: '82 characters',
    expected: '81 characters (9×9)',
  },
  {
    name: 'a blank in the answer',
    row: `x,${firstSample.question},${answer.slice(0, 80)}.,0`,
    what: 'This is not the answer of a Sudoku puzzle',
    where: ':3, column answer',
    found: '"." at character 81 (row 9, column 9)',
    expected: 'a digit from 1 to 9',
  },
  {
    name: 'an answer that contradicts the question',
    row: `x,${blankExcept({ 1: otherDigit })},${answer},0`,
    what: 'The answer does not solve the question',
    where: ':3, column answer',
    found: `row 1, column 2 holds ${answer[1]}, but ${otherDigit} is given there`,
    expected: 'every given kept, and each digit once in every row, column and box',
  },
  {
    name: 'an answer that breaks the rules',
    row: `x,${blankExcept({})},${'1'.repeat(81)},0`,
    what: 'The answer does not solve the question',
    where: ':3, column answer',
    found: 'digit 1 is twice in row 1',
    expected: 'every given kept, and each digit once in every row, column and box',
  },
  {
    name: 'givens that contradict each other',
    row: `x,${blankExcept({ 0: '5', 80: '1', 8: '5' })},${answer},0`,
    what: 'A Sudoku puzzle has no solution',
    where: ':3, column question',
    found: 'digit 5 is twice in row 1',
    expected: 'a puzzle with one solution',
  },
  {
    name: 'a question without a solution',
    row: `x,.234567891${'.'.repeat(71)},${answer},0`,
    what: 'A Sudoku puzzle has no solution',
    where: ':3, column question',
    found: `.234567891${'.'.repeat(71)}`,
    expected: 'a puzzle with one solution',
  },
  {
    name: 'a question with several solutions',
    row: `x,${blankExcept({ 0: answer[0]! })},${answer},0`,
    what: 'A Sudoku puzzle has several solutions',
    where: ':3, column question',
    found: /^[1-9]{81} is an answer too$/,
    expected: 'one answer only',
  },
  {
    name: 'a rating that is no number',
    row: `x,${firstSample.question},${answer},hard`,
    what: 'This is not a rating',
    where: ':3, column rating',
    found: '"hard"',
    expected: 'a whole number of at least 0',
  },
  {
    name: 'too few fields',
    row: `x,${firstSample.question}`,
    what: 'A line of the CSV file has the wrong number of fields',
    where: ':3',
    found: '2 fields',
    expected: '4 fields: source,question,answer,rating',
  },
];

for (const { name, row, where, found, ...details } of wrongRows) {
  test(`refuses a row with ${name}`, async (context) => {
    const { folder, build, write } = prepareImport(context);
    const trainFile = write('train.csv', [header, good, row, ...samples.slice(1, 9).map(formatRow)]);
    const testFile = write('test.csv', [header, formatRow(samples[10]!)]);
    await assert.rejects(build({ trainFile, testFile }), (error) => {
      assert.ok(error instanceof UserError);
      const { found: reallyFound, ...rest } = error.details;
      assert.deepEqual(rest, {
        ...details,
        where: `${trainFile}${where}`,
        remedy: 'correct or remove this line',
      });
      if (typeof found === 'string') assert.equal(reallyFound, found);
      else assert.match(reallyFound ?? '', found);
      return true;
    });
    assert.deepEqual(readdirSync(join(folder, '..')).sort(), ['test.csv', 'train.csv']);
  });
}

test('refuses files that are no such CSV file, with the reason', async (context) => {
  const { build, write } = prepareImport(context);
  const path = write('train.csv', []);
  const refuse = async (
    content: string,
    settings: Partial<SudokuCsvBuild>,
    details: Record<string, string>,
  ) => {
    writeFileSync(path, content);
    await assert.rejects(
      build({ trainFile: path, ...settings }),
      new UserError({ what: '', where: path, ...details }),
    );
  };
  const noHeader = {
    what: 'The CSV file does not begin with the names of its columns',
    where: `${path}:1`,
    expected: header,
    remedy: 'add this line at the beginning, or check that this is the right file',
  };
  await refuse('', {}, { ...noHeader, found: 'an empty file' });
  await refuse(`${good}\n`, {}, { ...noHeader, found: good });
  await refuse(`question,answer\n`, { minimumRating: 1 }, { ...noHeader, found: 'question,answer' });
  await refuse(
    `${header}\n`,
    {},
    {
      what: 'The CSV file has no puzzles to import',
      found: 'no rows',
      expected: 'at least one puzzle',
      remedy: 'check that this is the right file',
    },
  );
  await refuse(
    `${header}\n${good}\n`,
    { minimumRating: 1e6 },
    {
      what: 'The CSV file has no puzzles to import',
      found: '1 rows, all with a rating below 1000000',
      expected: 'at least one puzzle',
      remedy: 'lower minimumRating',
    },
  );
  await refuse(
    `${header}\n${good}\n`,
    {},
    {
      what: 'testShare leaves no puzzles for testing',
      where: 'dataset.build.testShare',
      found: `0.1 of 1 different solution grids in ${path}`,
      expected: 'a share that leaves at least one for training and one for testing',
      remedy: 'change testShare, or give a testFile',
    },
  );
  await refuse(
    readFileSync(sampleFile('train'), 'utf8'),
    { trainPuzzles: 1000 },
    {
      what: 'There are too few training puzzles',
      found: '97 that are different, hard enough and share no solution grid with the other split',
      expected: '1000, as dataset.build.trainPuzzles says',
      remedy: 'lower trainPuzzles, or set it to 0 to take all',
    },
  );
  await assert.rejects(
    build({ trainFile: `${path}.gone` }),
    new UserError({
      what: 'Cannot read the CSV file',
      where: `${path}.gone`,
      found: 'there is no such file or folder',
      remedy: 'check the path',
    }),
  );
  writeFileSync(path, `${header}\n"never ends`);
  await assert.rejects(build({ trainFile: path }), {
    message: /^The file is not valid CSV\n.*train\.csv:2\n/,
  });
});
