import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Vocabulary } from '../../../common/dataset-card.ts';
import { drawExample } from '../../../common/pictures/example.ts';
import { accent, ink } from '../../../common/pictures/svg.ts';
import { cellNames } from '../../../common/puzzles/maze/cells.ts';

function vocabulary(domain: string, rows: number, columns: number, tokens: string[]): Vocabulary {
  return { domain, gridRows: rows, gridColumns: columns, tokens };
}

/** The parts of a picture: what it says, its texts with their colours, its rectangles by colour. */
function readPicture(svg: string) {
  const all = (pattern: RegExp) => [...svg.matchAll(pattern)].map(([, ...groups]) => groups.map(String));
  const fills = all(/<rect [^>]*fill="([^"]*)"/g).map(([fill]) => fill ?? '');
  return {
    title: all(/<title id="title">(.*)<\/title>/g)[0]?.[0],
    description: all(/<desc id="description">(.*)<\/desc>/g)[0]?.[0],
    texts: all(/<text [^>]*fill="([^"]*)"[^>]*>([^<]*)<\/text>/g),
    fills: Object.fromEntries(
      [...new Set(fills)].map((fill) => [fill, fills.filter((f) => f === fill).length]),
    ),
    thickLines: svg.split('stroke-width="2"').length - 1,
  };
}

const sudoku = vocabulary('sudoku', 4, 4, ['padding', 'blank', '1', '2', '3', '4']);
const digits = (text: string) => [...text].map((digit) => (digit === '.' ? 1 : Number(digit) + 1));

test('a Sudoku shows its boxes, its givens, and what the solution adds', () => {
  const input = digits('12..3.......2..4');
  const label = digits('1243342141322314');
  const picture = readPicture(drawExample(sudoku, { input, label }, 'Example 3 of the test split'));
  assert.deepEqual(picture.title, 'Example 3 of the test split');
  assert.equal(picture.description, 'Input: 12.. 3... .... 2..4. Label: 1243 3421 4132 2314.');
  assert.equal(picture.thickLines, 12);
  assert.deepEqual(
    picture.texts.filter(([fill]) => fill === ink).map(([, text]) => text),
    [...['input', '1', '2', '3', '2', '4'], ...['label', '1', '2', '3', '2', '4']],
  );
  assert.equal(
    picture.texts
      .filter(([fill]) => fill === accent)
      .map(([, text]) => text)
      .join(''),
    '43421413231',
  );
});

test('a maze shows walls, path, start and goal', () => {
  const cells = (text: string) => [...text].map((character) => '?# SGo'.indexOf(character));
  const maze = vocabulary('maze', 3, 4, cellNames);
  const tokens = { input: cells('#S ##   ##G#'), label: cells('#S ##oo##oG#') };
  const picture = readPicture(drawExample(maze, tokens, 'Maze'));
  assert.equal(
    picture.description,
    'Input: 3 × 4 cells, 6 walls, start at row 1, column 2, goal at row 3, column 3. ' +
      'Label: 3 × 4 cells, 6 walls, start at row 1, column 2, goal at row 3, column 3, a path of 3 cells between them.',
  );
  assert.deepEqual(picture.fills, { none: 2, [ink]: 12, [accent]: 3, '#c2410c': 4 });
  assert.deepEqual(
    picture.texts.map(([, text]) => text),
    ['input', 'S', 'G', 'label', 'S', 'G'],
  );
});

test('an ARC grid shows its colours without the padding around it', () => {
  const arc = vocabulary('arc', 4, 4, ['padding', 'end', ...'0123456789']);
  const input = [0, 0, 0, 0, 0, 2, 3, 1, 0, 11, 4, 1, 0, 1, 1, 0];
  const label = [7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const picture = readPicture(drawExample(arc, { input, label }, 'Task'));
  assert.equal(
    picture.description,
    'Input: 2 × 2 cells in black, blue, maroon, red. Label: 1 × 1 cells in grey.',
  );
  assert.deepEqual(picture.fills, { '#000000': 1, '#0074d9': 1, '#870c25': 1, '#ff4136': 1, '#aaaaaa': 1 });
});

test('other domains are tables of token names; long lines are wrapped, labels that do not count stay empty', () => {
  const words = vocabulary('diagnosis', 1, 60, ['padding', 'a', 'b<c&"d"', 'a-very-long-name']);
  const input = Array.from({ length: 60 }, (_, index) => (index < 50 ? 1 + (index % 2) : 0));
  const picture = readPicture(drawExample(words, { input, label: [1, -1, 3] }, 'Words'));
  const lines = Array.from(
    { length: 9 },
    () => 'a b&lt;c&amp;&quot;d&quot; a b&lt;c&amp;&quot;d&quot; a b&lt;c&amp;&quot;d&quot;',
  );
  assert.equal(picture.description?.split('. Label: ')[1], 'a · a-very-long-name.');
  assert.equal(picture.description?.split(' / ')[0], `Input: ${lines[0]}`);
  assert.deepEqual(
    picture.texts.slice(-3).map(([, text]) => text),
    ['label', 'a', 'a-very-lo…'],
  );
});

test('tables that are too large are cut and say so', () => {
  const large = vocabulary('large', 60, 50, ['padding', 'x']);
  const tokens = new Uint8Array(3000).fill(1);
  const picture = readPicture(drawExample(large, { input: tokens, label: tokens }, 'Large'));
  assert.equal(picture.fills.none, 2 * 40 * 40);
  assert.match(picture.description ?? '', / … \(60 × 50 cells\)\. Label: /);
});

test('a grid that is not what its domain says is shown as a table', () => {
  const odd = vocabulary('sudoku', 2, 3, ['padding', 'blank', '1']);
  const picture = readPicture(
    drawExample(odd, { input: [1, 2, 1, 2, 2, 2], label: [2, 2, 2, 2, 2, 2] }, 'Odd'),
  );
  assert.equal(picture.description, 'Input: blank 1 blank / 1 1 1. Label: 1 1 1 / 1 1 1.');
});

test('any tokens and names give well-formed XML, and always the same', () => {
  const example = fc.record({
    domain: fc.constantFrom('sudoku', 'maze', 'arc', 'own'),
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 9 }),
    names: fc.array(fc.string({ unit: 'binary', maxLength: 14 }), { minLength: 2, maxLength: 12 }),
    tokens: fc.array(fc.integer({ min: -100, max: 12 }), { minLength: 81, maxLength: 81 }),
    title: fc.string({ unit: 'binary' }),
  });
  fc.assert(
    fc.property(example, ({ domain, rows, columns, names, tokens, title }) => {
      const draw = () =>
        drawExample(vocabulary(domain, rows, columns, names), { input: tokens, label: tokens }, title);
      const svg = draw();
      requireWellFormed(svg);
      assert.equal(svg, draw());
      assert.match(
        svg,
        /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .* role="img" aria-labelledby="title desc/,
      );
    }),
    { numRuns: 30 },
  );
});

test('text and lines can be told from a white and from a black page', () => {
  for (const color of [ink, accent]) {
    for (const page of ['#ffffff', '#000000']) assert.ok(contrast(color, page) >= 4.3, `${color} on ${page}`);
  }
});

/** Tags are balanced, and between them there is neither markup nor a character that XML forbids. */
function requireWellFormed(svg: string): void {
  const open: string[] = [];
  let end = 0;
  for (const { 0: tag, 1: closing, 2: name, 3: empty, index } of svg.matchAll(
    /<(\/?)([a-z]+)[^<>]*?(\/?)>/g,
  )) {
    requireText(svg.slice(end, index));
    end = index + tag.length;
    if (closing === '/') assert.equal(open.pop(), name);
    else if (empty !== '/') open.push(String(name));
  }
  assert.deepEqual([open, svg.slice(end)], [[], '\n']);
}

function requireText(text: string): void {
  assert.match(text, /^(?:[^<>&\p{Cs}\p{Cc}\ufffe\uffff]|[\t\n\r\u007f-\u009f]|&(?:amp|lt|gt|quot);)*$/u);
}

/** The contrast ratio of the Web Content Accessibility Guidelines. */
function contrast(one: string, other: string): number {
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
