// A grid of the Abstraction and Reasoning Corpus in its ten colours; what lies around the grid is not drawn.

import { cellPixels, cellsOf, cropped, type Drawing, type Grid } from './grid.ts';
import { ink, rectangle } from './svg.ts';

/** The colours of the corpus's own pages, and what people call them. */
const colours: readonly { fill: string; name: string }[] = [
  { fill: '#000000', name: 'black' },
  { fill: '#0074d9', name: 'blue' },
  { fill: '#ff4136', name: 'red' },
  { fill: '#2ecc40', name: 'green' },
  { fill: '#ffdc00', name: 'yellow' },
  { fill: '#aaaaaa', name: 'grey' },
  { fill: '#f012be', name: 'magenta' },
  { fill: '#ff851b', name: 'orange' },
  { fill: '#7fdbff', name: 'light blue' },
  { fill: '#870c25', name: 'maroon' },
];

/** Draws the tokens named `0` to `9`, or ending in such a digit (`colour 3`); undefined when there are none. */
export function drawArc(grid: Grid): Drawing | undefined {
  const digits = grid.names.map((name) => /(?:^|\s)([0-9])$/.exec(name ?? '')?.[1] ?? null);
  const shown = cropped({ ...grid, names: digits });
  if (shown === null) return undefined;
  const cell = cellPixels(shown);
  const body: string[] = [];
  const used = new Set<string>();
  for (const { row, column, name } of cellsOf(shown)) {
    const colour = colours[Number(name ?? -1)];
    if (colour === undefined) continue;
    used.add(colour.name);
    body.push(rectangle({ x: column * cell, y: row * cell, width: cell, height: cell }, colour.fill, ink));
  }
  const description = `${shown.rows} × ${shown.columns} cells in ${[...used].sort().join(', ')}`;
  return { width: shown.columns * cell, height: shown.rows * cell, body, description };
}
