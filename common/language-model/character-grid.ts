// Grids of single characters as language models read them best: a row a line, a space between cells.

export function writeCells(characters: readonly string[], columns: number): string {
  const rows = Array.from({ length: Math.ceil(characters.length / columns) }, (_, row) =>
    characters.slice(row * columns, (row + 1) * columns).join(' '),
  );
  return rows.join('\n');
}

export type ReadCells = { rows: string[][] } | { problem: string };

/** The cells of each line; spaces between them do not count. Every line must have as many as the first. */
export function readCells(block: string): ReadCells {
  const rows = block.split('\n').map((line) => [...line.replace(/\s+/g, '')]);
  const width = rows[0]?.length ?? 0;
  const ragged = rows.findIndex((row) => row.length !== width);
  if (ragged === -1) return { rows };
  return { problem: `row ${ragged + 1} has ${rows[ragged]?.length} cells, row 1 has ${width}` };
}

/**
 * The tokens of a grid of exactly this size; `tokenOf` gives undefined for a character that is none.
 */
export function readTokens(
  block: string,
  { rows, columns }: { rows: number; columns: number },
  tokenOf: (character: string) => number | undefined,
): { answer: Int32Array } | { problem: string } {
  const read = readCells(block);
  if ('problem' in read) return read;
  const [height, width] = [read.rows.length, read.rows[0]?.length ?? 0];
  if (height !== rows || width !== columns) {
    return { problem: `the grid has ${height}×${width} cells instead of ${rows}×${columns}` };
  }
  const answer = new Int32Array(rows * columns);
  for (const [cell, character] of read.rows.flat().entries()) {
    const token = tokenOf(character);
    if (token === undefined) {
      const place = `row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1}`;
      return { problem: `${place} holds ${JSON.stringify(character)}` };
    }
    answer[cell] = token;
  }
  return { answer };
}
