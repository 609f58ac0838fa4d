// The table of evaluations: those made during training and those asked for later, with the whole result.

import type { Database } from 'better-sqlite3';
import { type EvaluationResult, evaluationResultSchema } from '../../common/results.ts';
import { parseStored } from './stored-json.ts';

/** Made by the training itself, or by a later request. */
export type EvaluationSource = 'training' | 'request';

export function evaluationTable(database: Database) {
  const upsert = database.prepare<[Record<string, string | number>]>(
    `INSERT OR REPLACE INTO evaluations
      (run, step, source, split, weights, dataset_digest, puzzle_count, maximum_steps, mode, exact_accuracy, result)
     VALUES
      (@run, @step, @source, @split, @weights, @datasetDigest, @puzzleCount, @maximumSteps, @mode, @exactAccuracy, @result)`,
  );
  const deleteAfter = database.prepare<[number, number]>(
    `DELETE FROM evaluations WHERE run = ? AND source = 'training' AND step > ?`,
  );
  const selectOfRun = database.prepare<[number], { result: string }>(
    'SELECT result FROM evaluations WHERE run = ? ORDER BY step, source DESC, split, weights, mode',
  );
  const selectOfStep = database.prepare<[number, number, string], { result: string }>(
    `SELECT result FROM evaluations JOIN runs ON runs.key = evaluations.run
     WHERE run = ? AND evaluations.step = ? AND weights = ? AND split = 'test'
     ORDER BY evaluations.dataset_digest = runs.dataset_digest DESC, puzzle_count DESC, mode, source`,
  );
  const read = ({ result }: { result: string }): EvaluationResult[] => {
    const evaluation = parseStored(evaluationResultSchema, result);
    return evaluation === null ? [] : [evaluation];
  };

  return {
    /** Records a result; the same evaluation made again replaces the earlier one. */
    add(run: number, source: EvaluationSource, result: EvaluationResult): void {
      upsert.run({
        run,
        step: result.step,
        source,
        split: result.split,
        weights: result.weights,
        datasetDigest: result.datasetDigest,
        puzzleCount: result.puzzleCount,
        maximumSteps: result.maximumSteps,
        mode: modeKey(result),
        exactAccuracy: result.exactAccuracy.value,
        result: JSON.stringify(result),
      });
    },
    /** Forgets what training measured past a step. */
    removeAfter: (run: number, step: number): void => void deleteAfter.run(run, step),
    ofRun: (run: number): EvaluationResult[] => selectOfRun.all(run).flatMap(read),
    /** The evaluation on the most test puzzles of the weights at a step, on the run's own dataset where there is one. */
    ofStep(run: number, step: number, weights: 'ema' | 'raw'): EvaluationResult | undefined {
      return selectOfStep.all(run, step, weights).flatMap(read)[0];
    },
  };
}

/** What tells evaluations of different halting apart: the mode, and the threshold where it is not the usual one. */
function modeKey({ mode, haltThreshold }: EvaluationResult): string {
  return haltThreshold === 0.5 ? mode : `${mode} ${haltThreshold}`;
}
