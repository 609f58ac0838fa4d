// Makes questions of puzzles of a dataset, with the solved examples that the kind of puzzle needs.

import {
  askFor,
  type Demonstration,
  type PuzzleText,
  type Question,
} from '../../common/language-model/puzzle-text.ts';
import { type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import type { Dataset } from '../dataset/open.ts';

/** Solved examples that are shown where only the dataset says what is asked for. */
const examplesOfDataset = 5;

/** One for each puzzle; null where the solved examples that it needs are not known. */
export function makeQuestions(
  text: PuzzleText,
  dataset: Dataset,
  puzzles: TokenPuzzles,
): (Question | null)[] {
  const findDemonstrations = demonstrationsOf(text, dataset);
  return Array.from({ length: puzzles.count }, (_, row) => {
    const { inputs, identifiers } = takePuzzles(puzzles, row, 1);
    const found = findDemonstrations(identifiers[0] ?? 0);
    if (text.demonstrations === 'none') return askFor(text, inputs, []);
    // The puzzle itself, with its solution, is no example.
    const examples = found.filter(({ input }) => !isEqual(input, inputs));
    return examples.length === 0 ? null : askFor(text, inputs, examples);
  });
}

/** What finds the solved examples for a puzzle with this identifier. */
function demonstrationsOf(text: PuzzleText, dataset: Dataset): (identifier: number) => Demonstration[] {
  const split = dataset.split('train');
  const cells = dataset.metadata.sequenceLength;
  const read = (example: number): Demonstration => {
    const [input, label] = [new Int32Array(cells), new Int32Array(cells)];
    split.copyInputs(example, input, 0);
    split.copyLabels(example, label, 0);
    return { input, label };
  };
  if (text.demonstrations === 'none') return () => [];
  if (text.demonstrations === 'of the dataset') {
    const first = Array.from({ length: Math.min(examplesOfDataset, split.exampleCount) }, (_, example) =>
      read(example),
    );
    return () => first;
  }
  return (identifier) => {
    // The blank identifier stands for no task.
    if (identifier === dataset.metadata.blankIdentifierId) return [];
    return [...split.puzzleIdentifiers.entries()].flatMap(([puzzle, own]) => {
      if (own !== identifier) return [];
      const [first = 0, end = first] = split.puzzleIndices.subarray(puzzle, puzzle + 2);
      return Array.from({ length: end - first }, (_, index) => read(first + index));
    });
  };
}

function isEqual(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  return one.length === other.length && Array.from(one).every((value, index) => value === other[index]);
}
