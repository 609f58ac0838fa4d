// Runs an exported model beside the trained one on real puzzles and measures how far apart they are.

import type { ExportResult } from '../../common/results.ts';
import { createExecutor, type ExecutorChoice } from '../capture/executor.ts';
import type { Executor, NamedArrays } from '../capture/program.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { inferenceProgram } from '../model/step.ts';
import { decodeAnswers } from '../solve/answers.ts';
import { type OpenModel, readStepOutputs, type StepInputs, type StepOutputs } from '../solve/model.ts';
import { repeatLast, type TokenPuzzles, takePuzzles } from '../solve/puzzles.ts';

/** The figures of an export's result; common/results.ts says what each is. */
export type Agreement = Pick<
  ExportResult,
  'maxAbsDifference' | 'maxAbsLatentDifference' | 'maxAbsDrift' | 'equalAnswers'
>;

export interface AgreementOptions {
  specification: ModelSpecification;
  weights: NamedArrays;
  maximumSteps: number;
  executor: ExecutorChoice;
  /** Called after each step; throws to cancel. */
  onStep(done: number, total: number): void;
}

/** Puzzles that run at once; the exported model is also given one alone, to try another batch size. */
const BATCH_SIZE = 32;

/** Compares `model` with the weights that it was exported from. Rows past the last puzzle repeat it. */
export async function measureAgreement(
  model: OpenModel,
  puzzles: TokenPuzzles,
  options: AgreementOptions,
): Promise<Agreement> {
  const { specification, weights, maximumSteps, onStep } = options;
  const batchSize = Math.max(2, Math.min(BATCH_SIZE, puzzles.count));
  const trained = createExecutor(inferenceProgram(specification, batchSize), options.executor);
  const batchCount = Math.ceil(puzzles.count / batchSize);
  const figures = { maxAbsDifference: 0, maxAbsLatentDifference: 0, maxAbsDrift: 0 };
  let equal = 0;
  try {
    await trained.writeState(weights);
    for (let batch = 0; batch < batchCount; batch++) {
      const taken = takePuzzles(puzzles, batch * batchSize, batchSize);
      const steps = compareSteps(model, trained, repeatLast(taken, batchSize), maximumSteps);
      let done = batch * maximumSteps;
      for await (const { expected, together, alone, rolledOut } of steps) {
        for (const found of [together, alone]) {
          raise(figures, 'maxAbsDifference', largestDifference(expected, found, LOGITS));
          raise(figures, 'maxAbsLatentDifference', largestDifference(expected, found, LATENTS));
        }
        raise(figures, 'maxAbsDrift', largestDifference(expected, rolledOut, LOGITS));
        onStep(++done, batchCount * maximumSteps);
        if (done % maximumSteps === 0) equal += countEqualAnswers(expected, rolledOut, taken.count, model);
      }
    }
  } finally {
    trained.dispose();
  }
  return { ...figures, equalAnswers: equal / puzzles.count };
}

const LOGITS = ['logits', 'haltLogits', 'continueLogits'] as const;
const LATENTS = ['high', 'low'] as const;

/** What one supervision step gave. */
interface ComparedStep {
  /** The trained model, from its own latents. */
  expected: StepOutputs;
  /** The exported model from the same latents: the whole batch, and its first puzzle alone. */
  together: StepOutputs;
  alone: StepOutputs;
  /** The exported model from its own latents. */
  rolledOut: StepOutputs;
}

async function* compareSteps(
  model: OpenModel,
  trained: Executor,
  { inputs, identifiers, count }: TokenPuzzles,
  maximumSteps: number,
): AsyncGenerator<ComparedStep> {
  const puzzles = { inputs, puzzleIdentifiers: identifiers };
  // Any latents would do: the first step puts the model's own in their place.
  const zeros = new Float32Array(count * model.latentSize);
  let expected: Pick<StepOutputs, 'high' | 'low'> = { high: zeros, low: zeros };
  let rolledOut = expected;
  for (let step = 1; step <= maximumSteps; step++) {
    const reset = new Int32Array(count).fill(step === 1 ? 1 : 0);
    const given = { ...puzzles, high: expected.high, low: expected.low, reset };
    const compared = {
      expected: await runTrained(trained, given),
      together: await model.step(given),
      alone: await model.step(firstPuzzle(given, model)),
      rolledOut: await model.step({ ...puzzles, high: rolledOut.high, low: rolledOut.low, reset }),
    };
    yield compared;
    ({ expected, rolledOut } = compared);
  }
}

async function runTrained(
  executor: Executor,
  { puzzleIdentifiers, ...inputs }: StepInputs,
): Promise<StepOutputs> {
  const names = ['next_high', 'next_low', 'logits', 'halt_logits', 'continue_logits'];
  const outputs = await executor.run({ ...inputs, puzzle_identifiers: puzzleIdentifiers }, names);
  return readStepOutputs((name) => outputs[name] as Float32Array);
}

function firstPuzzle(given: StepInputs, { cells, latentSize }: OpenModel): StepInputs {
  return {
    inputs: given.inputs.slice(0, cells),
    puzzleIdentifiers: given.puzzleIdentifiers.slice(0, 1),
    high: given.high.slice(0, latentSize),
    low: given.low.slice(0, latentSize),
    reset: given.reset.slice(0, 1),
  };
}

/** Over the rows that `found` has; not a number when any value is none. */
function largestDifference(
  expected: StepOutputs,
  found: StepOutputs,
  names: readonly (keyof StepOutputs)[],
): number {
  let largest = 0;
  for (const name of names) {
    const [one, other] = [expected[name], found[name]];
    for (let index = 0; index < other.length; index++) {
      largest = Math.max(largest, Math.abs((one[index] as number) - (other[index] as number)));
    }
  }
  return largest;
}

function countEqualAnswers(
  expected: StepOutputs,
  found: StepOutputs,
  count: number,
  { cells, vocabulary }: OpenModel,
): number {
  const [answers, others] = [
    decodeAnswers(expected.logits, vocabulary),
    decodeAnswers(found.logits, vocabulary),
  ];
  let equal = 0;
  for (let start = 0; start < count * cells; start += cells) {
    const other = others.subarray(start, start + cells);
    if (answers.subarray(start, start + cells).every((token, cell) => token === other[cell])) equal++;
  }
  return equal;
}

/** Keeps the larger of two; what is no number stays so. */
function raise<Name extends string>(figures: Record<Name, number>, name: Name, value: number): void {
  figures[name] = Math.max(figures[name], value);
}
