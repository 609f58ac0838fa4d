// Evaluates weights on a split: every puzzle gets the full number of supervision steps, as in the reference, and
// from the same pass it is known what halting earlier would have cost.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EvaluationResult } from '../../common/results.ts';
import { mean, proportion } from '../../common/statistics.ts';
import { createExecutor, type ExecutorChoice } from '../capture/executor.ts';
import type { NamedArrays } from '../capture/program.ts';
import type { ModelSpecification } from '../model/specification.ts';
import type { BatchSource } from '../train/batches.ts';
import type { Judge } from './judge.ts';
import { evaluationProgram } from './program.ts';

export interface EvaluationOptions {
  batchSize: number;
  /** 0 takes all. */
  maximumPuzzles: number;
  maximumSteps: number;
  /** Makes the judge of one evaluation, where the puzzles have one. */
  createJudge: (() => Judge) | null;
  /** Called between batches; throws to cancel. */
  onProgress(done: number, total: number): void;
}

export type Measurements = Omit<EvaluationResult, 'split' | 'datasetDigest' | 'step' | 'weights'>;

export interface Evaluator {
  /** Measures the given weights (by parameter name). */
  evaluate(weights: NamedArrays): Promise<Measurements>;
  dispose(): void;
}

/** What is known of each puzzle after the last step, and after the step at which the halting head first said stop. */
interface PuzzleOutcomes {
  exact: Float32Array;
  tokenShare: Float32Array;
  verdictRight: Float32Array;
  answerLoss: Float32Array;
  haltingLoss: Float32Array;
  haltStep: Float32Array;
  exactAtHalt: Float32Array;
}

const OUTPUTS = ['halt_logits', 'correct_cells', 'counted_cells', 'exact', 'answer_losses'];
const OUTPUTS_WITH_ANSWERS = [...OUTPUTS, 'answers'];

/** An evaluator for a split; the graph is made once and serves many weights. */
export function createEvaluator(
  specification: ModelSpecification,
  source: BatchSource,
  options: EvaluationOptions,
  executor: ExecutorChoice,
): Evaluator {
  const examples = chooseExamples(source.exampleCount, options.maximumPuzzles);
  const batchSize = Math.max(1, Math.min(options.batchSize, examples.length));
  const program = evaluationProgram(specification, batchSize);
  const running = createExecutor(program, executor);
  const puzzleOf = puzzleOfExample(source);
  return {
    async evaluate(weights) {
      const startedMs = performance.now();
      const latents = new Float32Array(
        (program.state['carry/high'] as { shape: number[] }).shape.reduce(
          (product, size) => product * size,
          1,
        ),
      );
      await running.writeState({ ...weights, 'carry/high': latents, 'carry/low': latents });
      const outcomes = emptyOutcomes(examples.length);
      const judge = options.createJudge?.() ?? null;
      for (let first = 0; first < examples.length; first += batchSize) {
        options.onProgress(first, examples.length);
        // Lets a request to stop come in: the session's runs themselves do not yield.
        await nextTurn();
        const chosen = examples.subarray(first, first + batchSize);
        const batch = readBatch(source, puzzleOf, chosen, specification.sequenceLength, batchSize);
        for (let step = 1; step <= options.maximumSteps; step++) {
          const reset = new Int32Array(batchSize).fill(step === 1 ? 1 : 0);
          const isJudged = judge !== null && step === options.maximumSteps;
          const outputs = await running.run({ ...batch, reset }, isJudged ? OUTPUTS_WITH_ANSWERS : OUTPUTS);
          noteStep(outcomes, outputs, first, chosen.length, step, options.maximumSteps);
          if (isJudged) judgeBatch(judge, chosen, batch, outputs, specification.sequenceLength);
        }
      }
      options.onProgress(examples.length, examples.length);
      return {
        ...summarise(outcomes, source.exampleCount, options.maximumSteps),
        puzzleMeasures: judge?.finish() ?? {},
        elapsedMs: performance.now() - startedMs,
      };
    },
    dispose: () => running.dispose(),
  };
}

/** All examples, or `maximum` of them spread evenly over the split. */
function chooseExamples(available: number, maximum: number): Uint32Array {
  const count = maximum === 0 ? available : Math.min(maximum, available);
  return Uint32Array.from({ length: count }, (_, index) => Math.floor((index * available) / count));
}

function puzzleOfExample({ puzzleIndices, exampleCount }: BatchSource): Uint32Array {
  const puzzles = new Uint32Array(exampleCount);
  for (let puzzle = 0; puzzle + 1 < puzzleIndices.length; puzzle++) {
    puzzles.fill(puzzle, puzzleIndices[puzzle], puzzleIndices[puzzle + 1]);
  }
  return puzzles;
}

/** The examples as inputs of the program; rows past the last example repeat it and are not counted. */
function readBatch(
  source: BatchSource,
  puzzleOf: Uint32Array,
  examples: Uint32Array,
  cells: number,
  batchSize: number,
): NamedArrays {
  const inputs = new Int32Array(batchSize * cells);
  const labels = new Int32Array(batchSize * cells);
  const identifiers = new Int32Array(batchSize);
  for (let row = 0; row < batchSize; row++) {
    const example = examples[Math.min(row, examples.length - 1)] as number;
    source.copyInputs(example, inputs, row * cells);
    source.copyLabels(example, labels, row * cells);
    identifiers[row] = source.puzzleIdentifiers[puzzleOf[example] as number] as number;
  }
  return { inputs, labels, puzzle_identifiers: identifiers };
}

function judgeBatch(
  judge: Judge,
  examples: Uint32Array,
  batch: NamedArrays,
  outputs: NamedArrays,
  cells: number,
): void {
  const row = (values: NamedArrays[string] | undefined, index: number) =>
    values?.subarray(index * cells, (index + 1) * cells) as Int32Array;
  for (const [index, example] of examples.entries()) {
    judge.note({
      example,
      puzzleIdentifier: batch.puzzle_identifiers?.[index] as number,
      inputs: row(batch.inputs, index),
      labels: row(batch.labels, index),
      answer: row(outputs.answers, index),
      haltLogit: outputs.halt_logits?.[index] as number,
    });
  }
}

function emptyOutcomes(count: number): PuzzleOutcomes {
  const array = () => new Float32Array(count);
  return {
    exact: array(),
    tokenShare: array(),
    verdictRight: array(),
    answerLoss: array(),
    haltingLoss: array(),
    haltStep: array(),
    exactAtHalt: array(),
  };
}

function noteStep(
  outcomes: PuzzleOutcomes,
  outputs: NamedArrays,
  first: number,
  count: number,
  step: number,
  lastStep: number,
): void {
  for (let row = 0; row < count; row++) {
    const value = (name: string) => outputs[name]?.[row] as number;
    const puzzle = first + row;
    const [haltLogit, exact] = [value('halt_logits'), value('exact')];
    const undecided = outcomes.haltStep[puzzle] === 0;
    if (undecided && (haltLogit > 0 || step === lastStep)) {
      outcomes.haltStep[puzzle] = step;
      outcomes.exactAtHalt[puzzle] = exact;
    }
    if (step < lastStep) continue;
    outcomes.exact[puzzle] = exact;
    outcomes.tokenShare[puzzle] = value('correct_cells') / Math.max(1, value('counted_cells'));
    outcomes.verdictRight[puzzle] = Number(haltLogit >= 0 === exact > 0);
    outcomes.answerLoss[puzzle] = value('answer_losses');
    outcomes.haltingLoss[puzzle] =
      Math.max(haltLogit, 0) - haltLogit * exact + Math.log1p(Math.exp(-Math.abs(haltLogit)));
  }
}

function summarise(
  outcomes: PuzzleOutcomes,
  availablePuzzles: number,
  maximumSteps: number,
): Omit<Measurements, 'puzzleMeasures' | 'elapsedMs'> {
  const puzzleCount = outcomes.exact.length;
  const share = (flags: Float32Array) =>
    proportion(
      flags.reduce((sum, flag) => sum + flag, 0),
      puzzleCount,
    );
  return {
    puzzleCount,
    availablePuzzles,
    maximumSteps,
    exactAccuracy: share(outcomes.exact),
    tokenAccuracy: mean(outcomes.tokenShare, 0, 1),
    haltingAccuracy: share(outcomes.verdictRight),
    meanSteps: mean(outcomes.haltStep, 1, maximumSteps),
    exactAccuracyWhenHalted: share(outcomes.exactAtHalt),
    answerLoss: mean(outcomes.answerLoss).value,
    haltingLoss: mean(outcomes.haltingLoss).value,
  };
}
