// Draws the icon of the web app, squares within squares, as SVG and as PNG.

import { crc32, deflateSync } from 'node:zlib';

const ground = [36, 88, 184];
const ink = [255, 255, 255];

/** Outer half-width, corner radius and colour of each square, as shares of the icon's half-width. */
const squares = [
  { half: 0.62, radius: 0.14, colour: ink },
  { half: 0.52, radius: 0.08, colour: ground },
  { half: 0.36, radius: 0.1, colour: ink },
  { half: 0.26, radius: 0.05, colour: ground },
  { half: 0.12, radius: 0.04, colour: ink },
];

/** @typedef {{ half: number, radius: number, colour: number[] }} Square */

export function iconSvg() {
  /** @param {Square} square */
  const rect = ({ half, radius, colour }) =>
    `<rect x="${50 - 50 * half}" y="${50 - 50 * half}" width="${100 * half}" height="${100 * half}" rx="${50 * radius}" fill="rgb(${colour.join(',')})"/>`;
  const base = rect({ half: 1, radius: 0.36, colour: ground });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">${base}${squares.map(rect).join('')}</svg>\n`;
}

/**
 * @param {number} size
 * @param {boolean} maskable filled to the corners, the drawing within the safe zone
 */
export function iconPng(size, maskable) {
  const rows = Buffer.alloc(size * (1 + 4 * size));
  const shapes = [{ half: 1, radius: maskable ? 0 : 0.36, colour: ground }, ...squares];
  const shrink = maskable ? 0.82 : 1;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const place = y * (1 + 4 * size) + 1 + 4 * x;
      for (const [index, { half, radius, colour }] of shapes.entries()) {
        const scale = index === 0 ? 1 : shrink;
        const share = coverage(x, y, size, half * scale, radius * scale);
        for (let channel = 0; channel < 3; channel++) {
          const wanted = colour[channel] ?? 0;
          const below = index === 0 ? wanted : (rows[place + channel] ?? 0);
          rows[place + channel] = Math.round(below + share * (wanted - below));
        }
        if (index === 0) rows[place + 3] = Math.round(255 * share);
      }
    }
  }
  return encodePng(size, rows);
}

/**
 * How much of the pixel a rounded square covers.
 * @param {number} x @param {number} y @param {number} size @param {number} half @param {number} radius
 */
function coverage(x, y, size, half, radius) {
  const unit = size / 2;
  /** @param {number} at */
  const reach = (at) => Math.max(0, Math.abs(at + 0.5 - unit) - (half - radius) * unit);
  const distance = Math.hypot(reach(x), reach(y)) - radius * unit;
  return Math.min(1, Math.max(0, 0.5 - distance));
}

/** @param {number} size @param {Buffer} rows */
function encodePng(size, rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  /** @type {[string, Buffer][]} */
  const parts = [
    ['IHDR', header],
    ['IDAT', deflateSync(rows, { level: 9 })],
    ['IEND', Buffer.alloc(0)],
  ];
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ...parts.map(([name, data]) => chunk(name, data)),
  ]);
}

/** @param {string} name @param {Buffer} data */
function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'ascii'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
