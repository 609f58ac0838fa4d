// Runs a batch of puzzles step by step; a puzzle leaves the batch when it halts.

import { UserError } from '../../common/errors.ts';
import { decodeAnswers } from './answers.ts';
import { emptyLatents, type OpenModel, type StepInputs, type StepOutputs } from './model.ts';
import type { TokenPuzzles } from './puzzles.ts';

export interface RecursionOptions {
  maximumSteps: number;
  /** A puzzle halts when its halting probability reaches this. */
  haltThreshold: number;
}

/** One puzzle after one supervision step. */
export interface RecursionStep {
  /** Row of the puzzle in the batch that was given. */
  row: number;
  /** Counted from 1. */
  step: number;
  /** Tokens, [cells] */
  answer: Int32Array;
  haltProbability: number;
  /** Cells that differ from the answer of the step before, in the first step from the puzzle. */
  changedCells: number;
  /** Whether this was the puzzle's last step. */
  halted: boolean;
}

/** A puzzle that is still being solved. */
interface ActivePuzzle {
  row: number;
  /** The last answer; the puzzle itself before the first step. */
  answer: Int32Array;
}

/** Yields every step of every puzzle until all have halted. */
export async function* runRecursion(
  model: OpenModel,
  { count, inputs, identifiers }: TokenPuzzles,
  { maximumSteps, haltThreshold }: RecursionOptions,
): AsyncGenerator<RecursionStep> {
  const { cells, latentSize } = model;
  let active = Array.from({ length: count }, (_, row): ActivePuzzle => {
    return { row, answer: inputs.slice(row * cells, (row + 1) * cells) };
  });
  let given: StepInputs = {
    inputs,
    puzzleIdentifiers: identifiers,
    latents: emptyLatents(model, count),
    reset: new Int32Array(count).fill(1),
  };
  for (let step = 1; active.length > 0; step++) {
    const outputs = await model.step(given);
    const steps = active.map((puzzle, index) => {
      const { answer, haltProbability } = readAnswer(model, outputs, index);
      const changedCells = answer.reduce(
        (total, token, cell) => total + Number(token !== puzzle.answer[cell]),
        0,
      );
      const halted = step === maximumSteps || haltProbability >= haltThreshold;
      return { row: puzzle.row, step, answer, haltProbability, changedCells, halted };
    });
    yield* steps;
    const kept = steps.flatMap(({ halted }, index) => (halted ? [] : [index]));
    active = kept.map((index) => steps[index] as RecursionStep);
    given = {
      inputs: keepRows(given.inputs, kept, cells),
      puzzleIdentifiers: keepRows(given.puzzleIdentifiers, kept, 1),
      latents: Object.fromEntries(
        Object.entries(outputs.latents).map(([name, values]) => [name, keepRows(values, kept, latentSize)]),
      ),
      reset: new Int32Array(kept.length),
    };
  }
}

function readAnswer(
  { path, cells, vocabulary }: OpenModel,
  { logits, haltLogits }: StepOutputs,
  index: number,
) {
  const size = cells * vocabulary;
  const haltProbability = 1 / (1 + Math.exp(-(haltLogits[index] as number)));
  if (Number.isNaN(haltProbability)) {
    throw new UserError({
      what: 'The model computes numbers that are none',
      where: path,
      found: `the halting logit ${haltLogits[index]}`,
      expected: 'a number',
      remedy: 'export another checkpoint: the weights of this one are not usable',
    });
  }
  return {
    answer: decodeAnswers(logits.subarray(index * size, (index + 1) * size), vocabulary),
    haltProbability,
  };
}

/** The given rows of an array with `width` numbers a row. */
function keepRows<Values extends Float32Array | Int32Array>(
  values: Values,
  rows: number[],
  width: number,
): Values {
  const kept = values.slice(0, rows.length * width) as Values;
  for (const [index, row] of rows.entries()) {
    kept.set(values.subarray(row * width, (row + 1) * width), index * width);
  }
  return kept;
}
