// The settings of the halting lab as a picture: exact accuracy against mean steps, with the front and the recommendation.

import { accent, centredText, ink, line, svgDocument } from '../pictures/svg.ts';
import type { HaltingResult } from './result.ts';

const [width, height, left, right, top, bottom] = [720, 420, 64, 20, 24, 52];

/** An SVG file. */
export function plotHalting({ model, settings, recommended, maximumSteps }: HaltingResult): string {
  const lowest = Math.min(...settings.map(({ exactAccuracy }) => exactAccuracy.low));
  const floor = Math.max(0, Math.floor(lowest * 20) / 20);
  const x = (steps: number) => left + ((steps - 1) / Math.max(1, maximumSteps - 1)) * (width - left - right);
  const y = (share: number) => height - bottom - ((share - floor) / (1 - floor)) * (height - top - bottom);
  const ticks = Array.from({ length: 6 }, (_, index) => floor + ((1 - floor) * index) / 5);
  const stepTicks = Array.from({ length: 5 }, (_, index) => 1 + ((maximumSteps - 1) * index) / 4);
  const front = settings.filter(({ onFront }) => onFront);
  const path = front
    .map(
      ({ meanSteps, exactAccuracy }, index) =>
        `${index === 0 ? 'M' : 'L'}${x(meanSteps.value).toFixed(1)} ${y(exactAccuracy.value).toFixed(1)}`,
    )
    .join('');
  const body = [
    line(left, height - bottom, width - right, height - bottom, 1),
    line(left, top, left, height - bottom, 1),
    ...ticks.map((share) => centredText(left - 30, y(share), 12, ink, `${(100 * share).toFixed(0)} %`)),
    ...stepTicks.map((steps) => centredText(x(steps), height - bottom + 18, 12, ink, steps.toFixed(0))),
    centredText((left + width - right) / 2, height - 12, 13, ink, 'mean supervision steps'),
    `<path d="${path}" fill="none" stroke="${accent}" stroke-width="1.5"/>`,
    ...settings.map(({ rule, meanSteps, exactAccuracy, onFront }) => {
      const [px, py] = [x(meanSteps.value).toFixed(1), y(exactAccuracy.value).toFixed(1)];
      const fill = onFront ? accent : 'none';
      return `<circle cx="${px}" cy="${py}" r="4" fill="${fill}" stroke="${onFront ? accent : ink}"><title>${rule
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')}</title></circle>`;
    }),
    ...(recommended === null
      ? []
      : [
          `<circle cx="${x(recommended.meanSteps.value).toFixed(1)}" cy="${y(recommended.exactAccuracy.value).toFixed(1)}" r="9" fill="none" stroke="${accent}" stroke-width="2"/>`,
        ]),
  ];
  const words = recommended === null ? 'nothing fulfils the wish' : `recommended ${recommended.rule}`;
  const description = `Exact accuracy against mean steps of ${settings.length} settings, ${front.length} of them on the front; ${words}`;
  return svgDocument({ width, height }, { title: `Halting of ${model}`, description }, body);
}
