// Draws the failures that the robustness lab found: the puzzle as it was given, and what the model answered.

import { drawExample } from '../pictures/example.ts';
import { type RobustnessFailure, type RobustnessResult, suiteLabel, suiteNames } from './result.ts';

export interface FailurePicture {
  /** Such as `noise-10-of-the-cells-1.svg`; each is another. */
  fileName: string;
  svg: string;
}

export function drawFailures({
  vocabulary,
  failures,
}: Pick<RobustnessResult, 'vocabulary' | 'failures'>): FailurePicture[] {
  const drawn = new Map<string, number>();
  return failures.map((failure) => {
    const stem = fileStem(failure);
    const number = (drawn.get(stem) ?? 0) + 1;
    drawn.set(stem, number);
    const tokens = { input: failure.input, label: failure.answer };
    const svg = drawExample(vocabulary, tokens, failureTitle(failure), {
      input: 'puzzle',
      label: "the model's answer",
    });
    return { fileName: `${stem}-${number}.svg`, svg };
  });
}

/** What the failure is, in one sentence. */
export function failureTitle(failure: RobustnessFailure): string {
  const { example, haltProbability, steps, reason } = failure;
  const surely = `halting probability ${haltProbability.toFixed(3)} after ${steps} ${steps === 1 ? 'step' : 'steps'}`;
  return `${suiteLabel(failure)}, from test puzzle ${example + 1}: ${surely}; ${reason}`;
}

function fileStem({ suite, variant }: RobustnessFailure): string {
  const words = `${suite} ${variant ?? ''}`.replaceAll('×', 'x').replaceAll(/[^a-zA-Z0-9]+/g, '-');
  return words.replace(/-+$/, '').toLowerCase();
}

/** Whether a file may be a picture of an earlier report. */
export function isPictureName(name: string): boolean {
  return suiteNames.some((suite) => name.startsWith(`${suite}-`)) && /-\d+\.svg$/.test(name);
}
