// What the robustness lab found, as people read it.

import { type RobustnessResult, suiteLabel } from '../../common/robustness/result.ts';
import { formatDuration, formatFacts, formatShare, formatShareEstimate, formatTable } from './format.ts';

/** So many failures are listed; all are in the JSON and, as pictures, in the folder that --pictures names. */
const mostShown = 8;

export function describeRobustness(result: RobustnessResult): string {
  const { model, dataset, puzzlesDrawn, puzzlesAvailable, halting, maximumSteps, confident, pooled } = result;
  const drawn = `${puzzlesDrawn} of ${puzzlesAvailable} test puzzles of ${dataset}`;
  const facts = formatFacts([
    ['tested', `${model} on ${drawn}, changed suite by suite (seed ${result.seed})`],
    [
      'halting',
      `${halting}, after ${maximumSteps} steps at most; confident from ${formatShare(confident)} on`,
    ],
    ['does it know', `${result.verdict.knows}. ${result.verdict.sentences.join(' ')}`],
    ['all suites', `${pooled.right} of ${pooled.answers} answers right`],
    [
      'AUROC',
      pooled.areaUnderRoc === null
        ? 'not known: all right, or all wrong'
        : formatShareEstimate(pooled.areaUnderRoc),
    ],
    [
      'calibration',
      `expected error ${formatShare(pooled.expectedCalibrationError)}, Brier score ${pooled.brierScore.toFixed(3)}`,
    ],
    [
      'sure and wrong',
      `${formatShareEstimate(pooled.confidentWhenWrong)} of the wrong answers are confident`,
    ],
    ...pooled.thresholds.map(({ wantedErrorRate, chosen }): [string, string] => [
      `for ${formatShare(wantedErrorRate)} wrong`,
      chosen === null
        ? 'no threshold keeps that rate on these puzzles'
        : `trust from ${chosen.threshold.toFixed(3)} on: ${formatShareEstimate(chosen.coverage)} of the answers, ${formatShareEstimate(chosen.errorRate)} wrong`,
    ]),
    ['time', formatDuration(result.elapsedMs)],
  ]);
  const heads = ['suite', 'puzzles', 'right', 'wrong and confident', 'halting probability', 'steps', 'AUROC'];
  const rows = result.suites.map((row) => [
    suiteLabel(row),
    String(row.puzzles),
    formatShareEstimate(row.accuracy),
    formatShareEstimate(row.wrongAndConfident),
    formatShare(row.haltProbability.value),
    row.steps.value.toFixed(1),
    row.areaUnderRoc === null ? '–' : row.areaUnderRoc.value.toFixed(2),
  ]);
  const left = result.notApplicable.map((row) => `left out: ${suiteLabel(row)} (${row.reason})`);
  const failures = result.failures
    .toSorted((one, other) => other.haltProbability - one.haltProbability)
    .slice(0, mostShown)
    .map(
      (row) =>
        `  ${formatShare(row.haltProbability)} sure  ${suiteLabel(row)}, puzzle ${row.example + 1}: ${row.reason}`,
    );
  const surest = failures.length === 0 ? [] : [`Surest of what is wrong:\n${failures.join('\n')}`];
  return [facts, formatTable(heads, rows), ...(left.length === 0 ? [] : [left.join('\n')]), ...surest].join(
    '\n\n',
  );
}
