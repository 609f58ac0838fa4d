// Evaluates weights on a split. Every puzzle gets the full number of supervision steps, as in the reference, or leaves
// the batch when the halting head says stop and makes room for the next.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EvaluationSection } from '../../common/config/experiment.ts';
import { type Compute, plainCompute } from '../capture/compute.ts';
import type { ExecutorChoice } from '../capture/executor.ts';
import type { NamedArrays } from '../capture/program.ts';
import type { AnswerLossSettings } from '../model/losses.ts';
import type { ModelSpecification } from '../model/specification.ts';
import type { BatchSource } from '../train/batches.ts';
import { BatchPrograms } from './batch-programs.ts';
import type { Judge } from './judge.ts';
import {
  emptyOutcomes,
  type Measurements,
  noteEnd,
  noteHalt,
  type PuzzleOutcomes,
  summarise,
} from './outcomes.ts';
import { type Slot, Slots } from './slots.ts';

export interface EvaluationOptions {
  batchSize: number;
  /** 0 takes all. */
  maximumPuzzles: number;
  maximumSteps: number;
  /** When a puzzle is finished: after `maximumSteps` (fixed), or when the halting head says stop. */
  mode: EvaluationSection['mode'];
  /** The halting head says stop above this probability; 0.5 in the reference. */
  haltThreshold: number;
  /** Whether the halting head's first logit is compared with the second, not with 0. */
  comparesHaltingLogits: boolean;
  /** The cross entropy to report. */
  answerLoss: AnswerLossSettings['answerLoss'];
  /** Makes the judge of one evaluation, where the puzzles have one. */
  createJudge: (() => Judge) | null;
  /** Called between steps; throws to cancel. */
  onProgress(done: number, total: number): void;
}

export interface Evaluator {
  /** Measures the given weights (by parameter name). */
  evaluate(weights: NamedArrays): Promise<Measurements>;
  dispose(): void;
}

const OUTPUTS = [
  'halt_logits',
  'continue_logits',
  'correct_cells',
  'counted_cells',
  'exact',
  'answer_losses',
];
const OUTPUTS_WITH_ANSWERS = [...OUTPUTS, 'answers'];

/** An evaluator for a split; its graphs are made once and serve many weights. */
export function createEvaluator(
  specification: ModelSpecification,
  source: BatchSource,
  options: EvaluationOptions,
  executor: ExecutorChoice,
  compute: Compute = plainCompute,
): Evaluator {
  const examples = chooseExamples(source.exampleCount, options.maximumPuzzles);
  const batchSize = Math.max(1, Math.min(options.batchSize, examples.length));
  const programs = new BatchPrograms(specification, options.answerLoss, executor, compute);
  return {
    async evaluate(weights) {
      const startedMs = performance.now();
      const outcomes = emptyOutcomes(examples.length);
      const judge = options.createJudge?.() ?? null;
      const slots = new Slots(source, examples, batchSize, specification.sequenceLength);
      programs.begin(weights);
      await runSlots(programs, slots, options, judge, outcomes);
      options.onProgress(examples.length, examples.length);
      return {
        mode: options.mode,
        haltThreshold: options.haltThreshold,
        ...summarise(outcomes, source.exampleCount, options.maximumSteps),
        puzzleMeasures: judge?.finish() ?? {},
        elapsedMs: performance.now() - startedMs,
      };
    },
    dispose: () => programs.dispose(),
  };
}

/** Runs supervision steps until every puzzle is finished. */
async function runSlots(
  programs: BatchPrograms,
  slots: Slots,
  options: EvaluationOptions,
  judge: Judge | null,
  outcomes: PuzzleOutcomes,
): Promise<void> {
  const { mode, maximumSteps } = options;
  const total = outcomes.exact.length;
  let program = await programs.at(slots.batchSize);
  while (slots.occupied.length > 0) {
    options.onProgress(slots.finishedCount, total);
    // Lets a request to stop come in: the session's runs themselves do not yield.
    await nextTurn();
    const inputs = slots.inputs();
    const mayFinish = mode === 'halting' || slots.occupied.some(({ step }) => step + 1 === maximumSteps);
    const wanted = judge !== null && mayFinish ? OUTPUTS_WITH_ANSWERS : OUTPUTS;
    const outputs = await program.run(inputs, wanted);
    const finished = new Set<Slot>();
    for (const slot of slots.occupied) {
      slot.step++;
      const halts = slot.step === maximumSteps || saysStop(outputs, slot.row, options);
      if (halts) noteHalt(outcomes, slot.puzzle, slot.step, outputs, slot.row);
      if (mode === 'halting' ? !halts : slot.step < maximumSteps) continue;
      noteEnd(outcomes, slot.puzzle, outputs, slot.row);
      if (judge !== null) judgeRow(judge, slots.exampleOf(slot), inputs, outputs, slot.row);
      finished.add(slot);
    }
    slots.replace((slot) => finished.has(slot));
    program = (await shrink(programs, slots)) ?? program;
  }
}

/** Moves the last puzzles into a smaller batch where few are left; undefined when the batch stays as it is. */
async function shrink(programs: BatchPrograms, slots: Slots) {
  if (!slots.isQueueEmpty || slots.occupied.length === 0) return undefined;
  const { batchSize } = slots;
  const smaller = programs.smallerBatch(batchSize, slots.occupied.length);
  return smaller === undefined
    ? undefined
    : await programs.moveRows(batchSize, slots.shrink(smaller), smaller);
}

function saysStop(
  outputs: NamedArrays,
  row: number,
  { comparesHaltingLogits, haltThreshold }: EvaluationOptions,
): boolean {
  const haltLogit = outputs.halt_logits?.[row] as number;
  const other = comparesHaltingLogits ? (outputs.continue_logits?.[row] as number) : 0;
  return haltLogit - other > Math.log(haltThreshold / (1 - haltThreshold));
}

/** All examples, or `maximum` of them spread evenly over the split. */
function chooseExamples(available: number, maximum: number): Uint32Array {
  const count = maximum === 0 ? available : Math.min(maximum, available);
  return Uint32Array.from({ length: count }, (_, index) => Math.floor((index * available) / count));
}

function judgeRow(
  judge: Judge,
  example: number,
  batch: NamedArrays,
  outputs: NamedArrays,
  row: number,
): void {
  const cells = (values: NamedArrays[string] | undefined) => {
    const width = (values?.length ?? 0) / (batch.puzzle_identifiers?.length ?? 1);
    return values?.subarray(row * width, (row + 1) * width) as Int32Array;
  };
  judge.note({
    example,
    puzzleIdentifier: batch.puzzle_identifiers?.[row] as number,
    inputs: cells(batch.inputs),
    labels: cells(batch.labels),
    answer: cells(outputs.answers),
    haltLogit: outputs.halt_logits?.[row] as number,
  });
}
