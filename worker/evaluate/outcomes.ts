// What an evaluation knows of each puzzle, and the figures that come of it.

import type { EvaluationResult } from '../../common/results.ts';
import { mean, proportion } from '../../common/statistics.ts';
import type { NamedArrays } from '../capture/program.ts';

/** The figures of one evaluation, whatever was evaluated. */
export type Measurements = Omit<
  EvaluationResult,
  'split' | 'datasetDigest' | 'step' | 'weights' | 'otherDatasets'
>;

/** By puzzle: what holds at its last step, and after the step at which the halting head first said stop. */
export interface PuzzleOutcomes {
  exact: Float32Array;
  tokenShare: Float32Array;
  verdictRight: Float32Array;
  answerLoss: Float32Array;
  haltingLoss: Float32Array;
  haltStep: Float32Array;
  exactAtHalt: Float32Array;
}

export function emptyOutcomes(count: number): PuzzleOutcomes {
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

/** Notes step `step` as the one whose answer counts when halting; a step noted earlier stays. */
export function noteHalt(
  outcomes: PuzzleOutcomes,
  puzzle: number,
  step: number,
  outputs: NamedArrays,
  row: number,
): void {
  if (outcomes.haltStep[puzzle] !== 0) return;
  outcomes.haltStep[puzzle] = step;
  outcomes.exactAtHalt[puzzle] = outputs.exact?.[row] as number;
}

/** Notes what a puzzle's last step gave. */
export function noteEnd(outcomes: PuzzleOutcomes, puzzle: number, outputs: NamedArrays, row: number): void {
  const value = (name: string) => outputs[name]?.[row] as number;
  const [haltLogit, exact] = [value('halt_logits'), value('exact')];
  outcomes.exact[puzzle] = exact;
  outcomes.tokenShare[puzzle] = value('correct_cells') / Math.max(1, value('counted_cells'));
  outcomes.verdictRight[puzzle] = Number(haltLogit >= 0 === exact > 0);
  outcomes.answerLoss[puzzle] = value('answer_losses');
  outcomes.haltingLoss[puzzle] =
    Math.max(haltLogit, 0) - haltLogit * exact + Math.log1p(Math.exp(-Math.abs(haltLogit)));
}

export function summarise(
  outcomes: PuzzleOutcomes,
  availablePuzzles: number,
  maximumSteps: number,
): Omit<Measurements, 'mode' | 'haltThreshold' | 'puzzleMeasures' | 'elapsedMs'> {
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
