// The words inside an exported file: what the graph is and how any program runs it.

import type { ModelMetadata } from './metadata.ts';

/** What each input and output of the step graph is. */
export const valueDescriptions: Readonly<Record<string, string>> = {
  inputs: 'The puzzles as tokens, row by row.',
  puzzle_identifiers:
    'Row of the puzzle-embedding table for each puzzle; 0 unless the dataset numbers its puzzles.',
  high: 'Answer latents: next_high of the step before. Where reset is 1 any finite numbers will do, such as zeros.',
  low: 'Reasoning latents: next_low of the step before, likewise.',
  reset: '1 for puzzles that begin with this step, 0 for those that go on.',
  next_high: 'Answer latents after this step.',
  next_low: 'Reasoning latents after this step.',
  logits: 'Logits of the answer: its tokens are their argmax over the last axis.',
  halt_logits: 'The answer is taken to be right where this is above 0.',
  continue_logits: 'Not trained; there for comparison with the reference.',
};

/** The text shown by model viewers. */
export function describeModel(
  metadata: Omit<ModelMetadata, 'graphSha256'>,
  tokens: number,
  hidden: number,
): string {
  const { experiment, evaluation, maximumSteps, task, weights, step } = metadata;
  const lines = [
    `${experiment.name}: one supervision step of a Tiny Recursion Model (${weights} weights after ${step} steps).`,
    ...(task === null ? [] : [`Task: ${task}`]),
    ...(evaluation === null ? [] : [describeAccuracy(evaluation)]),
    `Run it up to ${maximumSteps} times, each time with its own next_high and next_low as high and low. A puzzle is ` +
      'done when sigmoid(halt_logits) reaches a threshold such as 0.5; its answer is argmax(logits, -1).',
    'In Python, for puzzles of type int32 and shape [batch, cells]:',
    `  high = low = numpy.zeros((batch, ${tokens}, ${hidden}), "float32")`,
    `  for step in range(${maximumSteps}):`,
    '    feeds = {"inputs": puzzles, "puzzle_identifiers": numpy.zeros(batch, "int32"), "high": high, "low": low,',
    '             "reset": numpy.full(batch, step == 0, "int32")}',
    '    high, low, logits, halt_logits, _ = session.run(None, feeds)',
  ];
  return lines.join('\n');
}

function describeAccuracy({
  exactAccuracy,
  puzzleCount,
  split,
}: NonNullable<ModelMetadata['evaluation']>): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const { value, low, high } = exactAccuracy;
  return (
    `Exact accuracy: ${percent(value)} (95 % interval ${percent(low)} to ${percent(high)}) ` +
    `on ${puzzleCount} puzzles of the ${split} split.`
  );
}
