// Puzzles of any vocabulary as text, by the names of their tokens. Nothing says what is asked for but solved examples.

import type { Vocabulary } from '../dataset-card.ts';
import {
  formatGridText,
  IGNORED_TOKEN,
  layoutOfNames,
  PADDING_TOKEN,
  readGrid,
} from '../puzzles/tokens/layout.ts';
import type { PuzzleText } from './puzzle-text.ts';

export function createTokenText({ gridRows, gridColumns, tokens }: Vocabulary): PuzzleText {
  const isSingle = (name: string) => [...name].length === 1;
  const style = tokens.slice(1).every(isSingle) ? 'characters' : 'words';
  const layout = layoutOfNames(tokens, { rows: gridRows, columns: gridColumns, style });
  const write = (cells: ArrayLike<number>) => formatGridText(cells, layout, tokens);
  // What `formatGridText` shows for a cell without a token.
  const blank = formatGridText(
    [PADDING_TOKEN, 1],
    { ...layout, columns: 2, style: 'characters' },
    tokens,
  ).charAt(0);
  return {
    contents: 'a few solved examples of the training data and one puzzle, without its solution',
    demonstrations: 'of the dataset',
    describe: (input, demonstrations) =>
      [
        'Each input has one output. What the output is follows a rule that is the same in all examples.',
        ...demonstrations.flatMap((pair, index) => [
          '',
          `Example ${index + 1}, input:`,
          write(pair.input),
          `Example ${index + 1}, output:`,
          write(pair.label),
        ]),
        '',
        'Input:',
        write(input),
        '',
        `Write its output in the same form; ${blank} stands for a cell that does not count.`,
      ].join('\n'),
    read(block) {
      const read = readGrid(block, layout, { ignoring: true, ignoredName: blank });
      if ('problem' in read) {
        const { cell, found, expected } = read.problem;
        return { problem: `${cell === undefined ? '' : `${cell}: `}${found} instead of ${expected}` };
      }
      return {
        answer: Int32Array.from(read.tokens, (token) => (token === IGNORED_TOKEN ? PADDING_TOKEN : token)),
      };
    },
  };
}
