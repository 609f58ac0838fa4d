// Rows of Sudoku CSV files as plain objects, for tests.

import { readFileSync } from 'node:fs';

export interface SampleRow {
  source: string;
  question: string;
  answer: string;
  rating: number;
}

export function readSudokuRows(file: URL): SampleRow[] {
  const [, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [source = '', question = '', answer = '', rating = ''] = line.split(',');
    return { source, question, answer, rating: Number(rating) };
  });
}

export const sampleFile = (split: 'train' | 'test') =>
  new URL(`../../../samples/sudoku-${split}.csv`, import.meta.url);
