// A robustness report as one picture: each suite with how often the model is right, and wrong and confident; its risk at
// every coverage; and how near the halting probability lies to the share of right answers. All with 95 % intervals.

import { ink, svgDocument } from '../pictures/svg.ts';
import type { Estimate } from '../results.ts';
import { band, bar, circle, panel, polyline, shareAxes, text, verticalLine, whisker } from './plot-shapes.ts';
import { type Knowledge, type RobustnessResult, suiteLabel } from './result.ts';

/** Told from each other, and legible on a light and on a dark page. */
const rightColour = '#2277d5';
const wrongColour = '#c2410c';
const baselineColour = '#0f8a5f';
const pooledColour = '#8a4fd0';

const margin = 24;
const labelPixels = 270;
const barPixels = 380;
const rowPixels = 34;
const headPixels = 56;
const panelPixels = 270;
const panelLeft = 50;
const panelGap = 70;
const panelsHeight = panelPixels + 90;

/** An SVG file. */
export function plotRobustness(result: RobustnessResult): string {
  const { suites, model, pooled } = result;
  const barsHeight = headPixels + suites.length * rowPixels + 50;
  const width = margin * 2 + labelPixels + barPixels + 20;
  const height = margin * 2 + barsHeight + panelsHeight;
  const secondLeft = panelLeft + panelPixels + panelGap;
  const area = pooled.areaUnderRoc === null ? 'not known' : pooled.areaUnderRoc.value.toFixed(3);
  const description =
    `Top: each suite with the share of right answers, and of wrong and confident ones. Below left: wrong among the trusted ` +
    `answers against the share that is trusted. Below right: share of right answers against halting probability. AUROC ` +
    `${area}, expected calibration error ${pooled.expectedCalibrationError.toFixed(3)}.`;
  return svgDocument({ width, height }, { title: `Whether ${model} knows when it is wrong`, description }, [
    ...group(margin, margin, drawSuites(result)),
    ...group(margin + panelLeft, margin + barsHeight, drawRisk(result)),
    ...group(margin + secondLeft, margin + barsHeight, drawReliability(result)),
  ]);
}

function group(x: number, y: number, body: readonly string[]): string[] {
  return [`<g transform="translate(${x} ${y})">`, ...body, '</g>'];
}

function drawSuites({ suites, confident }: RobustnessResult): string[] {
  const place = (share: number) => labelPixels + share * barPixels;
  const bottom = headPixels + suites.length * rowPixels;
  const scale = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    verticalLine(place(share), headPixels - 6, bottom),
    text(place(share), bottom + 14, 11, ink, `${share * 100} %`, 'middle'),
  ]);
  const draw = ({ value, low, high }: Estimate, top: number, colour: string) => [
    bar({ x: labelPixels, y: top, width: value * barPixels, height: 10 }, colour),
    whisker(place(low), place(high), top + 5),
  ];
  const rows = suites.flatMap((figures, index) => {
    const top = headPixels + index * rowPixels;
    return [
      text(labelPixels - 10, top + 18, 12, ink, suiteLabel(figures), 'end'),
      ...draw(figures.accuracy, top + 3, rightColour),
      ...draw(figures.wrongAndConfident, top + 16, wrongColour),
    ];
  });
  return [
    text(labelPixels, 12, 13, rightColour, 'right'),
    text(labelPixels + 50, 12, 13, wrongColour, `wrong, with a halting probability of at least ${confident}`),
    text(labelPixels, 30, 11, ink, 'thin lines: 95 % intervals'),
    ...scale,
    ...rows,
  ];
}

/** Both kinds of knowledge with the colour of each. */
function both({ inDistribution, pooled }: RobustnessResult): [Knowledge, string, string][] {
  return [
    [inDistribution, baselineColour, 'untouched test puzzles'],
    [pooled, pooledColour, 'all suites together'],
  ];
}

function drawRisk(result: RobustnessResult): string[] {
  const { x, y } = panel(panelPixels);
  const curves = both(result).flatMap(([{ curve }, colour]) => {
    const points = curve.map(({ coverage, risk }) => ({
      x: x(coverage.value),
      y: y(risk.value),
      low: y(risk.low),
      high: y(risk.high),
    }));
    const marks = points.length <= 12 ? points.map((point) => circle(point.x, point.y, 3, colour)) : [];
    return [band(points, colour), polyline(points, colour), ...marks];
  });
  const names = both(result).map(([, colour, name], index) =>
    text(0, panelPixels + 52 + index * 16, 12, colour, name),
  );
  const axes = shareAxes(
    panelPixels,
    'coverage: share of answers that are trusted',
    'risk: wrong among them',
  );
  return [...axes, ...curves, ...names];
}

function drawReliability(result: RobustnessResult): string[] {
  const { x, y } = panel(panelPixels);
  const bins = both(result).flatMap(([{ reliability, answers }, colour], index) =>
    reliability.flatMap(({ meanScore, accuracy, count }) => {
      if (meanScore === null || accuracy === null) return [];
      // Side by side where both have the same mean.
      const place = x(meanScore) + index * 3;
      return [
        verticalLine(place, y(accuracy.high), y(accuracy.low), colour),
        circle(place, y(accuracy.value), 3 + 7 * Math.sqrt(count / answers), colour),
      ];
    }),
  );
  const ends = [0, 1].map((share) => ({ x: x(share), y: y(share) }));
  const axes = shareAxes(panelPixels, 'halting probability', 'share of right answers');
  return [...axes, polyline(ends, ink, '4 4'), ...bins];
}
