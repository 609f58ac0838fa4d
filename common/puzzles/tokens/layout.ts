// Grids of tokens as texts and lists: how they are read, with every fault named by its cell, and written back. Token 0
// is the padding that fills a grid which is smaller than declared; no text or list names it.

export const PADDING_TOKEN = 0;

/** Stands for a cell of an output that does not count. */
export const IGNORED_TOKEN = 255;

export interface TokenLayout {
  rows: number;
  columns: number;
  /** One character a token, or words with spaces between. */
  style: 'characters' | 'words';
  /** The number of a token's name, undefined where it has none. May give a new name a number. */
  tokenOf(name: string): number | undefined;
  /** Whether a sign is a token, and so neither a space nor the end of a row. */
  isName(sign: string): boolean;
  /** What the names are, for messages. */
  describeNames(): string;
}

export interface ReadGridOptions {
  /** Whether cells may be marked as not counting: by null in lists and by `ignoredName` everywhere. */
  ignoring: boolean;
  /** '' for none. */
  ignoredName: string;
}

export interface GridProblem {
  /** Where in the grid, counted from 1, as `row 2, column 3`; absent where it is the whole. */
  cell?: string;
  found: string;
  expected: string;
}

/** Either the tokens [rows × columns] with the padding in place, or what is wrong. */
export type ReadGrid = { tokens: Uint8Array } | { problem: GridProblem };

/** A cell as it stands in the input: a name, or null for a cell that does not count. */
type Cell = string | null;

/** Rows of cells; `flat` where the input does not say where rows end. */
interface Cells {
  rows: Cell[][];
  flat: boolean;
}

/** Reads a text, a flat list or a list of rows. */
export function readGrid(value: unknown, layout: TokenLayout, options: ReadGridOptions): ReadGrid {
  const cells = typeof value === 'string' ? splitText(value, layout) : splitList(value, options);
  if ('problem' in cells) return cells;
  const rows = cells.flat ? placeFlat(cells.rows[0] ?? [], layout) : placeRows(cells.rows, layout);
  if ('problem' in rows) return rows;
  return readCells(rows.rows, layout, options);
}

/** Rows end with a line end, or with a slash (a word of its own among words) where that is no token. */
function splitText(text: string, { style, rows, isName }: TokenLayout): Cells {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  const [line = ''] = lines;
  const slash = style === 'words' ? /(?<!\S)\/(?!\S)/ : '/';
  const ends = lines.length === 1 && rows > 1 && !isName('/') ? line.split(slash) : lines;
  const split = (row: string) =>
    style === 'words'
      ? row.split(/\s+/).filter((word) => word !== '')
      : [...row].filter((character) => !/\s/.test(character) || isName(character));
  return { rows: ends.map(split), flat: ends.length === 1 };
}

function splitList(value: unknown, { ignoring }: ReadGridOptions): Cells | { problem: GridProblem } {
  if (!Array.isArray(value)) {
    return problem(describeValue(value), 'a text, a list of tokens, or a list of rows');
  }
  const list: unknown[] = value;
  const isRows = list.some(Array.isArray);
  const rows: Cell[][] = [];
  for (const [row, items] of (isRows ? list : [list]).entries()) {
    if (!Array.isArray(items)) {
      return problem(describeValue(items), 'a row, as the others are', `row ${row + 1}`);
    }
    const cells: Cell[] = [];
    for (const [column, item] of items.entries()) {
      const cell = cellOf(item, ignoring);
      if (cell === undefined) {
        return problem(describeValue(item), 'a token', nameCell(row, column, isRows));
      }
      cells.push(cell);
    }
    rows.push(cells);
  }
  return { rows, flat: !isRows };
}

function cellOf(item: unknown, ignoring: boolean): Cell | undefined {
  if (typeof item === 'string') return item;
  if (typeof item === 'number') return String(item);
  return item === null && ignoring ? null : undefined;
}

/** Cells without line ends: a whole grid row by row, or a single row. */
function placeFlat(
  cells: Cell[],
  { rows, columns }: TokenLayout,
): { rows: Cell[][] } | { problem: GridProblem } {
  if (cells.length <= columns) return { rows: cells.length === 0 ? [] : [cells] };
  if (cells.length === rows * columns) {
    return {
      rows: Array.from({ length: rows }, (_, row) => cells.slice(row * columns, (row + 1) * columns)),
    };
  }
  const most = rows === 1 ? `at most ${columns} tokens` : `at most ${columns} tokens, or ${rows * columns}`;
  return problem(`${cells.length} tokens`, most);
}

function placeRows(rows: Cell[][], layout: TokenLayout): { rows: Cell[][] } | { problem: GridProblem } {
  const width = rows[0]?.length ?? 0;
  const ragged = rows.findIndex((row) => row.length !== width);
  if (ragged !== -1) {
    const expected = `${width}, as in the first row`;
    return problem(`${rows[ragged]?.length} tokens`, expected, `row ${ragged + 1}`);
  }
  if (rows.length <= layout.rows && width <= layout.columns) return { rows: width === 0 ? [] : rows };
  return problem(
    `${rows.length}×${width} cells`,
    `at most ${layout.rows}×${layout.columns} (rows × columns)`,
  );
}

function readCells(rows: Cell[][], layout: TokenLayout, options: ReadGridOptions): ReadGrid {
  const tokens = new Uint8Array(layout.rows * layout.columns);
  for (const [row, cells] of rows.entries()) {
    for (const [column, name] of cells.entries()) {
      const isIgnored = name === null || (options.ignoring && name !== '' && name === options.ignoredName);
      const token = isIgnored ? IGNORED_TOKEN : layout.tokenOf(name);
      if (token === undefined) {
        const place = nameCell(row, column, rows.length > 1);
        return problem(JSON.stringify(name), layout.describeNames(), place);
      }
      tokens[row * layout.columns + column] = token;
    }
  }
  return { tokens };
}

/** Rows and columns up to the last cell that is not padding. */
export function gridExtent(tokens: ArrayLike<number>, columns: number): { height: number; width: number } {
  let height = 0;
  let width = 0;
  for (let cell = 0; cell < tokens.length; cell++) {
    if (tokens[cell] === PADDING_TOKEN) continue;
    height = Math.floor(cell / columns) + 1;
    width = Math.max(width, (cell % columns) + 1);
  }
  return { height, width };
}

/**
 * The grid as text, without the padding around it: reading it gives the same tokens, except that padding inside a
 * grid, which a model may answer, is shown by a sign that is no token.
 */
export function formatGridText(
  tokens: ArrayLike<number>,
  { columns, style, isName }: Pick<TokenLayout, 'columns' | 'style' | 'isName'>,
  names: readonly string[],
): string {
  const { height, width } = gridExtent(tokens, columns);
  const padding = ['·', '_', '~', '□'].find((sign) => !isName(sign)) ?? ' ';
  const nameOf = (token: number) => (token === PADDING_TOKEN ? padding : (names[token] ?? padding));
  const lines = Array.from({ length: height }, (_, row) => {
    const cells = Array.from({ length: width }, (_, column) => nameOf(tokens[row * columns + column] ?? 0));
    return cells.join(style === 'words' ? ' ' : '');
  });
  return lines.join('\n');
}

function nameCell(row: number, column: number, hasRows: boolean): string {
  return hasRows ? `row ${row + 1}, column ${column + 1}` : `token ${column + 1}`;
}

/** The layout of a vocabulary that is known; `names[t]` is the name of token t, and token 0 the padding. */
export function layoutOfNames(
  names: readonly string[],
  { rows, columns, style }: Pick<TokenLayout, 'rows' | 'columns' | 'style'>,
): TokenLayout {
  const numbers = new Map(names.flatMap((name, token) => (token === PADDING_TOKEN ? [] : [[name, token]])));
  return {
    rows,
    columns,
    style,
    tokenOf: (name) => numbers.get(name),
    isName: (sign) => numbers.has(sign),
    describeNames: () => {
      const known = [...numbers.keys()];
      return `one of ${known.slice(0, 20).join(' ')}${known.length > 20 ? ' …' : ''}`;
    },
  };
}

function problem(found: string, expected: string, cell?: string): { problem: GridProblem } {
  return { problem: { ...(cell === undefined ? {} : { cell }), found, expected } };
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
