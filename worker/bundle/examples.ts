// Puzzles that go with a bundle: test puzzles of the model's dataset, or freshly made ones where the dataset is not at
// hand. The runners measure with them, and people try the web app with them.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BundleExample, BundleModel } from '../../common/bundle.ts';
import type { Vocabulary } from '../../common/dataset-card.ts';
import { IGNORED_LABEL } from '../../common/labels.ts';
import { createMazeGenerator } from '../../common/puzzles/maze/generate.ts';
import { usualPathLength } from '../../common/puzzles/maze/limits.ts';
import { digPuzzle, randomGrid } from '../../common/puzzles/sudoku/generate.ts';
import { createRandom } from '../../common/random.ts';
import { requireFittingDataset, withKnownIdentifiers } from '../dataset/fit.ts';
import { identifiersFileName } from '../dataset/layout.ts';
import { type Dataset, openDataset } from '../dataset/open.ts';
import type { ModelMetadata } from '../export/metadata.ts';
import { readTestPuzzles } from '../solve/puzzles.ts';
import { sudokuTokens } from '../solve/sudoku.ts';

type Examples = Pick<BundleModel, 'examples' | 'examplesSource'>;

/** At most so many demonstrations of an ARC task. */
const mostDemonstrations = 5;

/**
 * `count` puzzles for the model.
 * @throws UserError when the dataset cannot be read, or is of another kind than the model
 */
export async function chooseExamples(
  metadata: ModelMetadata,
  datasetFolder: string | null,
  count: number,
): Promise<Examples> {
  if (datasetFolder === null) return makeExamples(metadata.vocabulary, count);
  const trained = { digest: metadata.dataset.digest, alsoTrainedOn: metadata.alsoTrainedOn };
  const dataset = withKnownIdentifiers(openDataset(datasetFolder), trained);
  try {
    requireFittingDataset(
      dataset,
      { ...metadata.sizes, vocabulary: metadata.vocabulary },
      metadata.dataset.name,
    );
    const names = metadata.vocabulary?.domain === 'arc' ? await readNames(datasetFolder) : null;
    const { card } = dataset;
    const source =
      card === undefined ? metadata.dataset.name : `${card.title}: ${card.source} (${card.licence})`;
    return { examples: drawExamples(dataset, names, count), examplesSource: `Test split of ${source}` };
  } finally {
    dataset.close();
  }
}

function drawExamples(dataset: Dataset, names: string[] | null, count: number): BundleExample[] {
  const split = dataset.split('test');
  const { sequenceLength: cells } = dataset.metadata;
  const order = createRandom(0, 'bundle examples').permutation(split.exampleCount);
  const examples: BundleExample[] = [];
  for (const example of order) {
    if (examples.length === count) break;
    const { inputs, labels, identifiers } = readTestPuzzles(dataset, Uint32Array.of(example));
    const identifier = identifiers[0] as number;
    const name = names?.[identifier] ?? String(examples.length + 1);
    // Of an ARC task one example is enough, as the task itself and not turned or recoloured.
    const isKnown = names !== null && examples.some((other) => other.name === name);
    if (isKnown || (names !== null && name.includes('|||'))) continue;
    // Around the output of an ARC task the labels count for nothing; as a picture that is padding.
    const answer = Array.from(labels ?? [], (token) => (names === null ? token : Math.max(0, token)));
    examples.push({
      name,
      identifier,
      puzzle: Array.from(inputs),
      answer: answer.length === cells && !answer.includes(IGNORED_LABEL) ? answer : null,
      demonstrations: names === null ? [] : readDemonstrations(dataset, identifier),
    });
  }
  return examples;
}

/** The training examples of the same task. */
function readDemonstrations(dataset: Dataset, identifier: number): BundleExample['demonstrations'] {
  const split = dataset.split('train');
  const puzzle = split.puzzleIdentifiers.indexOf(identifier);
  if (puzzle < 0) return [];
  const [first = 0, end = 0] = split.puzzleIndices.subarray(puzzle, puzzle + 2);
  const { sequenceLength: cells } = dataset.metadata;
  return Array.from({ length: Math.min(mostDemonstrations, end - first) }, (_, index) => {
    const [input, output] = [new Int32Array(cells), new Int32Array(cells)];
    split.copyInputs(first + index, input, 0);
    split.copyLabels(first + index, output, 0);
    // The padding of labels counts for nothing; as a picture it is padding.
    return { input: Array.from(input), output: Array.from(output, (token) => Math.max(0, token)) };
  });
}

async function readNames(folder: string): Promise<string[] | null> {
  const text = await readFile(join(folder, identifiersFileName), 'utf8').catch(() => '[]');
  const names = z.array(z.string()).parse(JSON.parse(text));
  return names.length > 1 ? names : null;
}

/** Without a dataset: puzzles of the kind, of which nothing is known but the rules. */
function makeExamples(vocabulary: Vocabulary | null, count: number): Examples {
  if (vocabulary?.domain === 'sudoku') return made(count, makeSudoku(vocabulary));
  if (vocabulary?.domain === 'maze') return made(count, makeMaze(vocabulary));
  return { examples: [], examplesSource: null };
}

function made(count: number, make: (index: number) => number[] | null): Examples {
  const examples = Array.from({ length: count }, (_, index) => make(index)).flatMap((puzzle, index) =>
    puzzle === null
      ? []
      : [{ name: String(index + 1), identifier: 0, puzzle, answer: null, demonstrations: [] }],
  );
  return { examples, examplesSource: 'Made at random by TRM Studio' };
}

function makeSudoku(vocabulary: Vocabulary): (index: number) => number[] {
  const { geometry, fromDigits } = sudokuTokens(vocabulary);
  return (index) => {
    const random = createRandom(index, 'bundle sudoku');
    const clues = Math.round(geometry.cellCount * 0.4);
    return Array.from(fromDigits(digPuzzle(geometry, randomGrid(geometry, random), clues, random)));
  };
}

function makeMaze({ gridRows: rows, gridColumns: columns }: Vocabulary): (index: number) => number[] | null {
  const shape = { rows, columns };
  const limits = {
    minimumPathLength: usualPathLength(shape),
    minimumWallShare: 0.2,
    maximumWallShare: 0.5,
  };
  const generate = createMazeGenerator(shape, limits);
  return (index) => {
    const maze = generate(createRandom(index, 'bundle maze'), 1_000_000);
    return maze === undefined ? null : Array.from(maze);
  };
}
