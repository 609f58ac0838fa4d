// Puzzles as a language model reads them and writes their answers: plain text grids, one form for each kind of puzzle.
// An answer counts only where it stands whole between <answer> and </answer> and is a grid of the right size.

import type { Vocabulary } from '../dataset-card.ts';
import { createArcText } from './arc-text.ts';
import { createMazeText } from './maze-text.ts';
import { createSudokuText } from './sudoku-text.ts';
import { createTokenText } from './token-text.ts';

export interface Question {
  system: string;
  user: string;
}

/** A solved puzzle of the training data, in tokens. */
export interface Demonstration {
  input: ArrayLike<number>;
  /** Cells that do not count are negative. */
  label: ArrayLike<number>;
}

/** Tokens [cells], or what keeps the text from being an answer. */
export type ReadAnswer = { answer: Int32Array } | { problem: string };

export interface PuzzleText {
  /** What a question holds, for people who decide whether it may be sent. */
  contents: string;
  /** Whether the rules are not enough, so that solved puzzles of the training data must be shown. */
  demonstrations: 'none' | 'of the puzzle' | 'of the dataset';
  /** What the model is asked; tokens [cells]. */
  describe(input: ArrayLike<number>, demonstrations: readonly Demonstration[]): string;
  /** The grid in the lines of an answer block. */
  read(block: string): ReadAnswer;
}

const system =
  'You solve puzzles. Think as long as you need. Then write the whole final grid between <answer> and </answer>, ' +
  'one row a line, and nothing else between them.';

const texts: Readonly<Record<string, (vocabulary: Vocabulary) => PuzzleText>> = {
  arc: createArcText,
  maze: createMazeText,
  sudoku: createSudokuText,
};

export function createPuzzleText(vocabulary: Vocabulary): PuzzleText {
  return (texts[vocabulary.domain] ?? createTokenText)(vocabulary);
}

export function askFor(
  text: PuzzleText,
  input: ArrayLike<number>,
  demonstrations: readonly Demonstration[],
): Question {
  return { system, user: text.describe(input, demonstrations) };
}

/** The answer in what a model said: what stands in the last answer block, which must be whole. */
export function readReply(text: PuzzleText, reply: string): ReadAnswer {
  const parts = reply.split(/<\/answer>/i);
  if (/<answer>/i.test(parts.at(-1) ?? '')) return { problem: 'the last <answer> is not closed' };
  const opened = (parts.at(-2) ?? '').split(/<answer>/i);
  const block = opened.at(-1);
  if (opened.length < 2 || block === undefined) {
    return { problem: 'there is nothing between <answer> and </answer>' };
  }
  const lines = block.split(/\r?\n/).filter((line) => line.trim() !== '' && !/^\s*```\w*\s*$/.test(line));
  if (lines.length === 0) return { problem: 'there is nothing between <answer> and </answer>' };
  return text.read(lines.join('\n'));
}
