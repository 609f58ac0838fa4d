// The words inside an exported file: what the graph is and how any program runs it.

import { nextName } from '../../common/solving/step-model.ts';
import { type HaltingSetup, learnsToContinue } from '../model/halting.ts';
import { latentNames } from '../model/latents.ts';
import { type ModelSpecification, tokenCount } from '../model/specification.ts';
import type { ModelMetadata } from './metadata.ts';

/** What each latent is, by its name. */
const latentMeanings: Readonly<Record<string, string>> = {
  high: 'Answer latents',
  low: 'Reasoning latents',
  latent: 'Latents of answer and reasoning in one',
};

/** What each input and output of the step graph is. */
export function valueDescriptions(setup: HaltingSetup): Record<string, string> {
  return {
    ...describeLatents(latentNames(setup.specification)),
    ...plainValues,
    continue_logits: learnsToContinue(setup)
      ? 'What thinking on is worth, to be held against halt_logits.'
      : 'Not trained; there for comparison with the reference.',
  };
}

function describeLatents(names: string[]): Record<string, string> {
  const descriptions = names.flatMap((name) => {
    const meaning = latentMeanings[name] ?? `Reasoning latents, part ${name.replace('low', '')} of 6`;
    const start = 'Where reset is 1 any finite numbers will do, such as zeros.';
    return [
      [name, `${meaning}: ${nextName(name)} of the step before. ${start}`],
      [nextName(name), `${meaning} after this step.`],
    ];
  });
  return Object.fromEntries(descriptions);
}

const plainValues = {
  inputs: 'The puzzles as tokens, row by row.',
  puzzle_identifiers:
    'Row of the puzzle-embedding table for each puzzle; 0 unless the dataset numbers its puzzles.',
  reset: '1 for puzzles that begin with this step, 0 for those that go on.',
  logits: 'Logits of the answer: its tokens are their argmax over the last axis.',
  halt_logits: 'The answer is taken to be right where this is above 0.',
};

const modelNames: Readonly<Record<ModelSpecification['variant'], string>> = {
  trm: 'a Tiny Recursion Model',
  'trm-singlez': 'a Tiny Recursion Model with a single latent',
  'trm-hier6': 'a Tiny Recursion Model with six reasoning latents',
  hrm: 'a Hierarchical Reasoning Model',
  transformer: 'a direct transformer',
};

/** The text shown by model viewers. */
export function describeModel(
  metadata: Omit<ModelMetadata, 'graphSha256'>,
  specification: ModelSpecification,
): string {
  const { maximumSteps } = metadata;
  const names = latentNames(specification);
  const shape = `(batch, ${tokenCount(specification)}, ${specification.hiddenSize})`;
  const lines = [
    ...introduce(metadata, `one supervision step of ${modelNames[specification.variant]}`),
    `Run it up to ${maximumSteps} times, each time with its own ${names.map(nextName).join(', ')} as ${names.join(', ')}. A puzzle is ` +
      'done when sigmoid(halt_logits) reaches a threshold such as 0.5; its answer is argmax(logits, -1).',
    'In Python, for puzzles of type int32 and shape [batch, cells]:',
    `  ${names.join(' = ')} = numpy.zeros(${shape}, "float32")`,
    `  for step in range(${maximumSteps}):`,
    '    feeds = {"inputs": puzzles, "puzzle_identifiers": numpy.zeros(batch, "int32"), ' +
      `${names.map((name) => `"${name}": ${name}`).join(', ')},`,
    '             "reset": numpy.full(batch, step == 0, "int32")}',
    `    ${names.join(', ')}, logits, halt_logits, _ = session.run(None, feeds)`,
  ];
  return lines.join('\n');
}

/** The same for the self-contained graph. */
export function describeLoop(
  metadata: Omit<ModelMetadata, 'graphSha256'>,
  specification: ModelSpecification,
): string {
  const { maximumSteps, halting } = metadata;
  return [
    ...introduce(metadata, `${modelNames[specification.variant]} with all its supervision steps`),
    `Every puzzle runs until ${halting}, at most ${maximumSteps} steps.`,
    'In Python, for puzzles of type int32 and shape [batch, cells]:',
    '  feeds = {"inputs": puzzles, "puzzle_identifiers": numpy.zeros(batch, "int32")}',
    '  answer, steps, halt_probability = session.run(None, feeds)',
  ].join('\n');
}

function introduce(
  { experiment, evaluation, task, weights, step, precision }: Omit<ModelMetadata, 'graphSha256'>,
  graph: string,
): string[] {
  const kept = precision === 'float32' ? '' : `, kept as ${precision}`;
  return [
    `${experiment.name}: ${graph} (${weights} weights after ${step} steps${kept}).`,
    ...(task === null ? [] : [`Task: ${task}`]),
    // What was measured on the weights as trained says little of others.
    ...(evaluation === null || precision !== 'float32' ? [] : [describeAccuracy(evaluation)]),
  ];
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
