// The shapes that the picture of a robustness report is made of, as SVG text. Numbers are rounded, so that the picture is
// the same wherever it is drawn.

import { escapeXml, ink, type Rectangle, rectangle } from '../pictures/svg.ts';

interface Point {
  x: number;
  y: number;
}

/** A square in which shares from 0 to 1 go to the right and up. */
export function panel(size: number): { x(share: number): number; y(share: number): number } {
  return { x: (share) => round(share * size), y: (share) => round((1 - share) * size) };
}

/** The frame of such a square with its scales and what they stand for. */
export function shareAxes(size: number, horizontal: string, vertical: string): string[] {
  const { x, y } = panel(size);
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    text(x(share), size + 14, 11, ink, String(share), 'middle'),
    text(-6, y(share) + 4, 11, ink, String(share), 'end'),
  ]);
  return [
    rectangle({ x: 0, y: 0, width: size, height: size }, 'none', ink),
    ...ticks,
    text(size / 2, size + 32, 12, ink, horizontal, 'middle'),
    text(0, -8, 12, ink, vertical),
  ];
}

/** Text whose baseline begins, ends or has its middle at a point. */
export function text(
  x: number,
  y: number,
  fontSize: number,
  fill: string,
  content: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${fontSize}" fill="${fill}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

export function bar({ x, y, width, height }: Rectangle, fill: string): string {
  return rectangle({ x: round(x), y: round(y), width: round(width), height }, fill);
}

/** An interval as a line with ends. */
export function whisker(from: number, to: number, y: number): string {
  const [left, right] = [round(from), round(to)];
  return `<path d="M${left} ${y}H${right}M${left} ${y - 3}v6M${right} ${y - 3}v6" stroke="${ink}" stroke-width="1.2"/>`;
}

/** A hairline, or a line of `colour`. */
export function verticalLine(x: number, top: number, bottom: number, colour?: string): string {
  const width = colour === undefined ? 0.4 : 1.5;
  return `<path d="M${round(x)} ${top}V${bottom}" stroke="${colour ?? ink}" stroke-width="${width}"/>`;
}

/** What lies between the lower and the upper bounds of points. */
export function band(points: readonly { x: number; low: number; high: number }[], fill: string): string {
  const above = points.map(({ x, high }) => `${x},${high}`);
  const below = points.toReversed().map(({ x, low }) => `${x},${low}`);
  return `<polygon points="${[...above, ...below].join(' ')}" fill="${fill}" fill-opacity="0.15"/>`;
}

/** A line through points; `dashes` as SVG has them. */
export function polyline(points: readonly Point[], stroke: string, dashes?: string): string {
  const places = points.map(({ x, y }) => `${x},${y}`).join(' ');
  const pattern = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`;
  return `<polyline points="${places}" fill="none" stroke="${stroke}" stroke-width="2"${pattern}/>`;
}

export function circle(x: number, y: number, radius: number, fill: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${fill}" fill-opacity="0.8"/>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
