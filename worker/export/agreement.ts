// Runs an exported model beside the trained one on real puzzles and measures how far apart they are.

import type { ExportResult } from '../../common/results.ts';
import { decodeAnswers } from '../../common/solving/answers.ts';
import { repeatLast, type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import {
  emptyLatents,
  nextName,
  readStepOutputs,
  type StepInputs,
  type StepOutputs,
} from '../../common/solving/step-model.ts';
import { createExecutor, type ExecutorChoice } from '../capture/executor.ts';
import type { Executor, NamedArrays } from '../capture/program.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { inferenceProgram } from '../model/step.ts';
import type { OpenModel } from '../solve/model.ts';

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
          raise(figures, 'maxAbsDifference', largestDifference(expected, found, logitsOf));
          raise(figures, 'maxAbsLatentDifference', largestDifference(expected, found, latentsOf));
        }
        raise(figures, 'maxAbsDrift', largestDifference(expected, rolledOut, logitsOf));
        onStep(++done, batchCount * maximumSteps);
        if (done % maximumSteps === 0) equal += countEqualAnswers(expected, rolledOut, taken.count, model);
      }
    }
  } finally {
    trained.dispose();
  }
  return { ...figures, equalAnswers: equal / puzzles.count };
}

const logitsOf = ({ logits, haltLogits, continueLogits }: StepOutputs) => [
  logits,
  haltLogits,
  continueLogits,
];
const latentsOf = ({ latents }: StepOutputs) => Object.values(latents);

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
  let expected: Pick<StepOutputs, 'latents'> = { latents: emptyLatents(model, count) };
  let rolledOut = expected;
  for (let step = 1; step <= maximumSteps; step++) {
    const reset = new Int32Array(count).fill(step === 1 ? 1 : 0);
    const given = { ...puzzles, latents: expected.latents, reset };
    const compared = {
      expected: await runTrained(trained, model.latentNames, given),
      together: await model.step(given),
      alone: await model.step(firstPuzzle(given, model)),
      rolledOut: await model.step({ ...puzzles, latents: rolledOut.latents, reset }),
    };
    yield compared;
    ({ expected, rolledOut } = compared);
  }
}

/** A step of the trained model, whose executor has the parameters. */
export async function runTrained(
  executor: Executor,
  latentNames: readonly string[],
  { puzzleIdentifiers, latents, inputs, reset }: StepInputs,
): Promise<StepOutputs> {
  const outputs = await executor.run({ inputs, reset, ...latents, puzzle_identifiers: puzzleIdentifiers }, [
    ...latentNames.map(nextName),
    'logits',
    'halt_logits',
    'continue_logits',
  ]);
  return readStepOutputs(latentNames, (name) => outputs[name] as Float32Array);
}

function firstPuzzle(given: StepInputs, { cells, latentSize }: OpenModel): StepInputs {
  return {
    inputs: given.inputs.slice(0, cells),
    puzzleIdentifiers: given.puzzleIdentifiers.slice(0, 1),
    latents: Object.fromEntries(
      Object.entries(given.latents).map(([name, values]) => [name, values.slice(0, latentSize)]),
    ),
    reset: given.reset.slice(0, 1),
  };
}

/** Over the rows that `found` has; not a number when any value is none. */
function largestDifference(
  expected: StepOutputs,
  found: StepOutputs,
  pick: (outputs: StepOutputs) => Float32Array[],
): number {
  let largest = 0;
  const others = pick(found);
  for (const [place, one] of pick(expected).entries()) {
    const other = others[place] as Float32Array;
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
