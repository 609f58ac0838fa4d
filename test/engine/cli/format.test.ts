import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import {
  formatBytes,
  formatDuration,
  formatFacts,
  formatRate,
  formatTable,
} from '../../../engine/cli/format.ts';
import { drawPuzzle } from '../../../engine/cli/grids.ts';
import type { Output } from '../../../engine/cli/output.ts';
import { createProgressView } from '../../../engine/cli/progress.ts';

/** An output that keeps what is written to it. */
function createRecorder(options: Partial<Output>): { output: Output; written: string[] } {
  const written: string[] = [];
  const output: Output = {
    json: false,
    verbose: false,
    events: false,
    columns: null,
    color: false,
    say: (text) => void written.push(`${text}\n`),
    note: (text) => void written.push(`note: ${text}\n`),
    emit: (value) => void written.push(JSON.stringify(value)),
    write: (text) => void written.push(text),
    ...options,
  };
  return { output, written };
}

test('durations, sizes and rates are short', () => {
  assert.deepEqual([0, 7400, 60_000, 3_725_000].map(formatDuration), ['0:00', '0:07', '1:00', '1:02:05']);
  assert.deepEqual([0, 999, 1500, 123_456, 274e6, 5e12].map(formatBytes), [
    ...['0 B', '999 B', '1.5 kB', '123 kB', '274 MB', '5.0 TB'],
  ]);
  assert.deepEqual([0.25, 8.31, 123.4, 45_600].map(formatRate), ['0.3', '8.3', '123', '45.6k']);
});

test('tables align their columns, numbers to the right', () => {
  assert.equal(
    formatTable(
      ['name', 'size', 'state'],
      [
        ['a', '1.5 kB', 'ok'],
        ['longer', '12 MB', ''],
      ],
    ),
    ['name      size  state', 'a       1.5 kB  ok', 'longer   12 MB'].join('\n'),
  );
  assert.equal(
    formatFacts([
      ['a', '1'],
      ['long', '2'],
    ]),
    'a     1\nlong  2',
  );
});

const puzzle = {
  puzzle: 0,
  question: '1.2.......3..4..',
  answer: '1324241331424231',
  steps: 2,
  haltProbability: 0.98,
  valid: true,
};
const step = { puzzle: 0, latentResidual: null, confidence: 0.9 };
const steps = [
  { ...step, step: 1, answer: '1324241331424233', haltProbability: 0.1, changedCells: 12, halted: false },
  { ...step, step: 2, answer: '1324241331424231', haltProbability: 0.98, changedCells: 1, halted: true },
];

test('a puzzle is drawn with the grid after each step, side by side', () => {
  const { output } = createRecorder({ columns: 40 });
  assert.equal(
    drawPuzzle(output, puzzle, steps),
    [
      'Puzzle 1: solved after 2 steps',
      'puzzle      step 1        step 2 (halts)',
      '1 . | 2 .   1 3 | 2 4     1 3 | 2 4',
      '. . | . .   2 4 | 1 3     2 4 | 1 3',
      '----+----   ----+----     ----+----',
      '. . | 3 .   3 1 | 4 2     3 1 | 4 2',
      '. 4 | . .   4 2 | 3 3     4 2 | 3 1',
      '            halt 10.0 %   halt 98.0 %',
    ].join('\n'),
  );
});

test('a narrow terminal takes fewer grids in a row, and colors do not disturb the columns', () => {
  const { output } = createRecorder({ columns: 26, color: true });
  const plain = stripVTControlCharacters(drawPuzzle(output, puzzle, steps));
  assert.deepEqual(plain.split('\n').slice(7), [
    '            halt 10.0 %',
    'step 2 (halts)',
    '1 3 | 2 4',
    '2 4 | 1 3',
    '----+----',
    '3 1 | 4 2',
    '4 2 | 3 1',
    'halt 98.0 %',
  ]);
});

const progress = {
  phase: 'training',
  done: 2,
  total: 9,
  unit: 'steps',
  perSecond: 8.25,
  remainingMs: 58_000,
};
const metric = { step: 3, values: { loss: 0.12345, exactAccuracy: 0.5 } };

test('without a terminal each training step is a line, and other work a line now and then', () => {
  const { output, written } = createRecorder({});
  const view = createProgressView(output);
  const build = { ...progress, phase: 'generating', unit: 'puzzles', perSecond: null, remainingMs: null };
  for (const done of [0, 1, 2, 9]) view.show({ type: 'progress', progress: { ...build, done } });
  view.show({ type: 'metrics', segment: 1, metrics: [{ step: 1, values: { loss: 1 } }] });
  view.show({ type: 'progress', progress });
  view.show({ type: 'metrics', segment: 1, metrics: [metric, { ...metric, step: 4 }] });
  view.show({ type: 'checkpoint', segment: 1, step: 4, folder: 'step-4', sizeBytes: 1, best: false });
  view.show({ type: 'log', level: 'warning', message: 'it is slow' });
  view.end();
  assert.deepEqual(written, [
    'generating  0/9 puzzles\n',
    'generating  9/9 puzzles\n',
    'training  1 steps  loss 1.0000\n',
    'training  3/9 steps  8.3/s  loss 0.1235  exact 50.0 %  0:58 left\n',
    'training  4/9 steps  8.3/s  loss 0.1235  exact 50.0 %  0:58 left\n',
    'step 4  saved step-4\n',
    'Warning: it is slow\n',
  ]);
});

test('in a terminal there is one line that is drawn again, and taken away for others', () => {
  const { output, written } = createRecorder({ columns: 30 });
  const view = createProgressView(output);
  view.show({ type: 'progress', progress });
  view.show({ type: 'log', level: 'info', message: 'hello' });
  view.end();
  assert.deepEqual(written, ['\r\u001b[Ktraining  2/9 steps  8.3/s  0', '\r\u001b[K', 'hello\n']);
});

test('where programs read the events, people get no lines', () => {
  const { output, written } = createRecorder({ json: true, events: true });
  const view = createProgressView(output);
  view.show({ type: 'progress', progress });
  view.show({ type: 'metrics', segment: 1, metrics: [metric] });
  view.end();
  assert.deepEqual(written, []);
});
