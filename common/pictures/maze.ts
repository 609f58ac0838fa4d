// A maze as walls, a path, a start and a goal.

import { cellPixels, cellsOf, type Drawing, type Grid, placeName } from './grid.ts';
import { accent, centredText, ink, rectangle } from './svg.ts';

const letters: Readonly<Record<string, string>> = { start: 'S', goal: 'G' };
const letterGround = '#c2410c';

export function drawMaze(grid: Grid): Drawing {
  const cell = cellPixels(grid);
  const [width, height] = [grid.columns * cell, grid.rows * cell];
  const body = [rectangle({ x: 0, y: 0, width, height }, 'none', ink)];
  for (const { row, column, name } of cellsOf(grid)) {
    const place = { x: column * cell, y: row * cell, width: cell, height: cell };
    if (name === 'wall') body.push(rectangle(place, ink));
    else if (name === 'path') body.push(rectangle(place, accent));
    const letter = letters[name ?? ''];
    if (letter === undefined) continue;
    body.push(rectangle(place, letterGround));
    body.push(centredText((column + 0.5) * cell, (row + 0.5) * cell, Math.round(cell * 0.9), '#fff', letter));
  }
  return { width, height, body, description: describe(grid) };
}

function describe(grid: Grid): string {
  const cells = [...cellsOf(grid)];
  const count = (wanted: string) => cells.filter(({ name }) => name === wanted).length;
  const places = ['start', 'goal'].flatMap((wanted) =>
    cells.flatMap(({ row, column, name }) =>
      name === wanted ? [`${wanted} at ${placeName(row, column)}`] : [],
    ),
  );
  const path = count('path');
  const facts = [`${grid.rows} × ${grid.columns} cells`, `${count('wall')} walls`, ...places];
  return [...facts, ...(path > 0 ? [`a path of ${path} cells between them`] : [])].join(', ');
}
