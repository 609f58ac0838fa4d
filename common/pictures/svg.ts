// The few shapes that pictures of puzzles are made of, as SVG text. Colours are of a middle brightness, so that they can
// be told from a light and from a dark page alike; the ground is left to the page.

/** Legible on white and on black: text and lines. */
export const ink = '#767676';
/** Legible on white and on black, and told from `ink`: what an answer adds. */
export const accent = '#2277d5';

export const fontFamily = 'system-ui, sans-serif';

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function rectangle({ x, y, width, height }: Rectangle, fill: string, stroke?: string): string {
  const line = stroke === undefined ? '' : ` stroke="${stroke}"`;
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"${line}/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, width: number): string {
  return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${ink}" stroke-width="${width}" stroke-linecap="square"/>`;
}

/** Text centred on a point; `fontSize` in pixels. */
export function centredText(x: number, y: number, fontSize: number, fill: string, text: string): string {
  return (
    `<text x="${x}" y="${y}" font-size="${fontSize}" fill="${fill}" text-anchor="middle" ` +
    `dominant-baseline="central">${escapeXml(text)}</text>`
  );
}

/** A whole SVG file that screen readers announce with its title and description. */
export function svgDocument(
  size: { width: number; height: number },
  { title, description }: { title: string; description: string },
  body: readonly string[],
): string {
  const { width, height } = size;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `role="img" aria-labelledby="title description" font-family="${fontFamily}">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="description">${escapeXml(description)}</desc>`,
    ...body,
    '</svg>',
  ].join('\n')}\n`;
}

/** Text as XML: markup characters are escaped, and what XML cannot hold is replaced. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
