// Draws an example of a dataset, input and label side by side, as its domain shows it. The same example gives the same
// picture, byte for byte.

import type { Vocabulary } from '../dataset-card.ts';
import { drawArc } from './arc.ts';
import { type Drawing, type Grid, gridOf } from './grid.ts';
import { drawMaze } from './maze.ts';
import { drawSudoku } from './sudoku.ts';
import { centredText, ink, svgDocument } from './svg.ts';
import { drawTable } from './table.ts';

/** Draws one grid of an example; undefined where it is not what the domain draws. */
type Draw = (grid: Grid, input: Grid) => Drawing | undefined;

const domains: Readonly<Record<string, Draw>> = { sudoku: drawSudoku, maze: drawMaze, arc: drawArc };

const margin = 8;
const captionPixels = 22;
const gap = 24;

/**
 * An SVG file. `tokens` are row by row as in the dataset; any number outside the vocabulary draws nothing. `captions` stand
 * above the two grids.
 */
export function drawExample(
  vocabulary: Vocabulary,
  tokens: { input: ArrayLike<number>; label: ArrayLike<number> },
  title: string,
  captions: { input: string; label: string } = { input: 'input', label: 'label' },
): string {
  const input = gridOf(vocabulary, tokens.input);
  const label = gridOf(vocabulary, tokens.label);
  const draw = domains[vocabulary.domain];
  const left = draw?.(input, input) ?? drawTable(input);
  const right = draw?.(label, input) ?? drawTable(label);
  const rightX = margin + left.width + gap;
  const height = captionPixels + Math.max(left.height, right.height) + 2 * margin;
  return svgDocument(
    { width: rightX + right.width + margin, height },
    {
      title,
      description: `${capital(captions.input)}: ${left.description}. ${capital(captions.label)}: ${right.description}.`,
    },
    [...place(left, margin, captions.input), ...place(right, rightX, captions.label)],
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function place({ width, body }: Drawing, x: number, caption: string): string[] {
  return [
    centredText(x + width / 2, margin + captionPixels / 2 - 2, 13, ink, caption),
    `<g transform="translate(${x} ${margin + captionPixels})">`,
    ...body,
    '</g>',
  ];
}
