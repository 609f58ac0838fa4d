// Runs a batch of puzzles step by step; a puzzle leaves the batch when it halts.

import type { StepSignals } from '../halting/criterion.ts';
import { asksFor, type HaltingRule, halts } from '../halting/rule.ts';
import { decodeAnswers } from './answers.ts';
import type { TokenPuzzles } from './puzzles.ts';
import { measureCertainty, readHalting, relativeChange } from './signals.ts';
import { emptyLatents, type StepInputs, type StepModel, type StepOutputs } from './step-model.ts';

export interface RecursionOptions {
  maximumSteps: number;
  /** When a puzzle halts before that; null gives every puzzle all steps. */
  rule: HaltingRule | null;
  /**
   * What the rules of the domain say of an answer to the puzzle of this row, null where they cannot tell. Called only
   * where the halting rule asks.
   */
  check?(row: number, answer: Int32Array): boolean | null;
  /** Asked after each step: whether the puzzle of this row is given up, without another step of its own. */
  isAbandoned?(row: number): boolean;
}

/** One puzzle after one supervision step. */
export interface RecursionStep {
  /** Row of the puzzle in the batch that was given. */
  row: number;
  /** Tokens, [cells] */
  answer: Int32Array;
  /** Probability of each of them, [cells] */
  confidences: Float32Array;
  signals: StepSignals;
  /** Whether this was the puzzle's last step. */
  halted: boolean;
}

/** A puzzle that is still being solved. */
interface ActivePuzzle {
  row: number;
  /** The last answer; the puzzle itself before the first step. */
  answer: Int32Array;
  stableSteps: number;
}

/** Yields every step of every puzzle until all have halted. */
export async function* runRecursion(
  model: StepModel,
  { count, inputs, identifiers }: TokenPuzzles,
  options: RecursionOptions,
): AsyncGenerator<RecursionStep> {
  const { cells, latentSize } = model;
  const startedMs = performance.now();
  let active = Array.from({ length: count }, (_, row): ActivePuzzle => {
    return { row, answer: inputs.slice(row * cells, (row + 1) * cells), stableSteps: 0 };
  });
  let given: StepInputs = {
    inputs,
    puzzleIdentifiers: identifiers,
    latents: emptyLatents(model, count),
    reset: new Int32Array(count).fill(1),
    rows: active.map(({ row }) => row),
  };
  for (let step = 1; active.length > 0; step++) {
    const outputs = await model.step(given);
    const elapsedMs = performance.now() - startedMs;
    const time = { step, elapsedMs };
    const steps = active.map((puzzle, index) =>
      readStep(model, given, outputs, index, puzzle, time, options),
    );
    yield* steps;
    const isOver = ({ row, halted }: RecursionStep) => halted || options.isAbandoned?.(row) === true;
    const kept = steps.flatMap((one, index) => (isOver(one) ? [] : [index]));
    active = kept.map((index) => {
      const { row, answer, signals } = steps[index] as RecursionStep;
      return { row, answer, stableSteps: signals.stableSteps };
    });
    given = {
      inputs: keepRows(given.inputs, kept, cells),
      puzzleIdentifiers: keepRows(given.puzzleIdentifiers, kept, 1),
      latents: Object.fromEntries(
        Object.entries(outputs.latents).map(([name, values]) => [name, keepRows(values, kept, latentSize)]),
      ),
      reset: new Int32Array(kept.length),
      rows: active.map(({ row }) => row),
    };
  }
}

/** The step of the puzzle in row `index` of the batch as it is now. */
function readStep(
  model: StepModel,
  given: StepInputs,
  outputs: StepOutputs,
  index: number,
  puzzle: ActivePuzzle,
  { step, elapsedMs }: Pick<StepSignals, 'step' | 'elapsedMs'>,
  { maximumSteps, rule, check }: RecursionOptions,
): RecursionStep {
  const { vocabulary } = model;
  const logits = rowOf(outputs.logits, index, model.cells * vocabulary);
  const answer = decodeAnswers(logits, vocabulary);
  const changedCells = countChanges(puzzle.answer, answer);
  const { confidences, ...certainty } = measureCertainty(logits, vocabulary, model.tokenDistribution);
  const checks = check !== undefined && rule !== null && asksFor(rule, 'valid');
  const signals: StepSignals = {
    step,
    ...readHalting(outputs, index, model),
    changedCells,
    stableSteps: step > 1 && changedCells === 0 ? puzzle.stableSteps + 1 : 1,
    latentResidual: step === 1 ? null : residualOf(model, given, outputs, index),
    ...certainty,
    valid: checks ? check(puzzle.row, answer) : null,
    elapsedMs,
  };
  const halted = step >= maximumSteps || (rule !== null && halts(rule, signals));
  return { row: puzzle.row, answer, confidences, signals, halted };
}

function residualOf(
  { latentNames, latentSize }: StepModel,
  given: StepInputs,
  outputs: StepOutputs,
  index: number,
): number {
  const [answer = ''] = latentNames;
  const before = rowOf(given.latents[answer] as Float32Array, index, latentSize);
  return relativeChange(before, rowOf(outputs.latents[answer] as Float32Array, index, latentSize));
}

function countChanges(before: Int32Array, after: Int32Array): number {
  return after.reduce((total, token, cell) => total + Number(token !== before[cell]), 0);
}

function rowOf(values: Float32Array, row: number, width: number): Float32Array {
  return values.subarray(row * width, (row + 1) * width);
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
