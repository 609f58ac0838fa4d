// What the halting probability is worth, as pictures side by side: the risk-coverage curve and the reliability diagram.

import { accent, centredText, ink, line, svgDocument } from '../pictures/svg.ts';
import type { RobustnessResult } from './result.ts';

const side = 320;
const [left, top, gap] = [56, 36, 84];
const width = left + 2 * side + gap + 24;
const height = top + side + 56;

/** An SVG file, of all suites together. */
export function plotRobustness({ model, pooled }: RobustnessResult): string {
  const worst = Math.max(0.05, ...pooled.curve.map(({ risk }) => risk.value));
  const curve = pooled.curve.map(({ coverage, risk }) => [coverage.value, risk.value / worst] as const);
  const bins = pooled.reliability.flatMap(({ meanScore, accuracy }) =>
    meanScore === null || accuracy === null ? [] : [[meanScore, accuracy.value] as const],
  );
  const second = left + side + gap;
  const body = [
    ...frame(
      left,
      'risk and coverage',
      'coverage: share that is trusted',
      (share) => `${(100 * share * worst).toFixed(0)} %`,
    ),
    curvePath(left, curve),
    ...frame(second, 'reliability', 'halting probability', (share) => `${(100 * share).toFixed(0)} %`),
    line(second, top + side, second + side, top, 0.5),
    curvePath(second, bins),
    ...bins.map(([x, y]) => {
      const place = `cx="${(second + x * side).toFixed(1)}" cy="${(top + (1 - y) * side).toFixed(1)}"`;
      return `<circle ${place} r="4" fill="${accent}"/>`;
    }),
  ];
  const area = pooled.areaUnderRoc === null ? 'not known' : pooled.areaUnderRoc.value.toFixed(3);
  const description =
    `Left: share of wrong answers among the trusted against the share that is trusted. Right: accuracy against halting ` +
    `probability. AUROC ${area}, expected calibration error ${pooled.expectedCalibrationError.toFixed(3)}.`;
  return svgDocument(
    { width, height },
    { title: `Whether ${model} knows when it is wrong`, description },
    body,
  );
}

function frame(x: number, title: string, caption: string, label: (share: number) => string): string[] {
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return [
    centredText(x + side / 2, top - 18, 14, ink, title),
    line(x, top + side, x + side, top + side, 1),
    line(x, top, x, top + side, 1),
    ...ticks.map((share) => centredText(x + share * side, top + side + 16, 11, ink, `${100 * share} %`)),
    ...ticks.map((share) => centredText(x - 26, top + (1 - share) * side, 11, ink, label(share))),
    centredText(x + side / 2, top + side + 38, 12, ink, caption),
  ];
}

function curvePath(x: number, points: readonly (readonly [number, number])[]): string {
  const steps = points.map(([px, py], index) => {
    const place = `${(x + px * side).toFixed(1)} ${(top + (1 - py) * side).toFixed(1)}`;
    return `${index === 0 ? 'M' : 'L'}${place}`;
  });
  return `<path d="${steps.join('')}" fill="none" stroke="${accent}" stroke-width="2"/>`;
}
