// The figures of the robustness lab in plain words: does the model know when it is wrong?

import { type RobustnessResult, type SuiteFigures, suiteLabel } from './result.ts';

type Measured = Pick<RobustnessResult, 'suites' | 'inDistribution' | 'pooled' | 'confident'>;

/** Of the wrong answers at most this share may be confident where a model knows. */
const fewMistakes = 0.05;
/** From this share on it does not. */
const manyMistakes = 0.5;
/** A model that never trusts itself would make no confident mistakes either. */
const enoughTrust = 0.5;
/** From fewer right answers, or fewer wrong ones, nothing is concluded. */
const fewestAnswers = 10;

/**
 * `yes`: of all wrong answers at most 5 % were given with confidence, and at least half of the right ones were. `no`: half
 * of the wrong answers or more were given with confidence, or the halting probability does not tell right from wrong
 * (the interval of its AUROC holds 0.5). `unknown`: there were too few wrong answers, or too few right ones.
 */
export function judgeKnowledge(measured: Measured): RobustnessResult['verdict'] {
  const { suites, inDistribution, pooled, confident } = measured;
  const knows = decide(pooled);
  const sentences = [summaries[knows]];
  if (pooled.areaUnderRoc !== null) {
    const { value, low, high } = pooled.areaUnderRoc;
    sentences.push(
      `Over all suites it is confident (halting probability ≥ ${confident}) in ${percent(pooled.confidentWhenWrong.value)} ` +
        `of its ${pooled.answers - pooled.right} wrong answers and in ${percent(pooled.confidentWhenRight.value)} of its ` +
        `${pooled.right} right ones; a right answer has the higher halting probability in ` +
        `${percent(value)} of pairs (${percent(low)} to ${percent(high)}).`,
    );
  }
  sentences.push(describeBaseline(inDistribution));
  const worst = findWorst(suites);
  if (worst !== undefined) {
    sentences.push(
      `Worst: ${suiteLabel(worst)}, where it is wrong and confident in ${percent(worst.wrongAndConfident.value)} of ` +
        `${worst.puzzles} puzzles (${percent(worst.wrongAndConfident.low)} to ${percent(worst.wrongAndConfident.high)}).`,
    );
  }
  return { knows, sentences };
}

const summaries: Readonly<Record<RobustnessResult['verdict']['knows'], string>> = {
  yes: 'The model knows when it is wrong.',
  partly: 'The model knows in part when it is wrong.',
  no: 'The model does not know when it is wrong.',
  unknown:
    'Whether the model knows when it is wrong cannot be told: fewer than ten of its answers were wrong, or right.',
};

function decide(pooled: Measured['pooled']): RobustnessResult['verdict']['knows'] {
  const { answers, right, areaUnderRoc, confidentWhenWrong, confidentWhenRight } = pooled;
  if (areaUnderRoc === null || Math.min(right, answers - right) < fewestAnswers) return 'unknown';
  if (confidentWhenWrong.value >= manyMistakes || areaUnderRoc.low <= 0.5) return 'no';
  return confidentWhenWrong.value <= fewMistakes && confidentWhenRight.value >= enoughTrust
    ? 'yes'
    : 'partly';
}

function describeBaseline({ answers, right, confidentWhenWrong }: Measured['inDistribution']): string {
  const wrong = answers - right;
  const start = `On ${answers} untouched test puzzles ${right} answers were right`;
  if (wrong === 0) return `${start}: there is no mistake to know of.`;
  return `${start}; it was confident in ${Math.round(confidentWhenWrong.value * wrong)} of ${wrong} wrong ones.`;
}

function findWorst(suites: readonly SuiteFigures[]): SuiteFigures | undefined {
  const [worst] = suites.toSorted(
    (one, other) => other.wrongAndConfident.value - one.wrongAndConfident.value,
  );
  return worst === undefined || worst.wrongAndConfident.value === 0 ? undefined : worst;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
