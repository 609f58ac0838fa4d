// Reads the arrays of a split in one pass that also computes their digests: index lists whole, tokens checked and kept
// as bytes where they fit into memory, else read from the file row by row.

import { createHash } from 'node:crypto';
import type { FileDigest } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import type { SplitMetadata } from './layout.ts';
import { decodeNumbers, type NpyFile } from './npy-file.ts';
import { itemSizeBytes } from './npy-header.ts';

const chunkBytes = 1 << 22;

/** The rows of a token array. */
export interface TokenRows {
  rowCount: number;
  copyRow(row: number, target: Int32Array, offset: number): void;
  close(): void;
}

export interface ReadTokensOptions {
  metadata: SplitMetadata;
  mostTokensInMemory: number;
  files: FileDigest[];
  /** One number that is right besides the tokens of the vocabulary. */
  alsoAllowed: number | null;
}

/** Reads a list of whole numbers. */
export function readNumbers(file: NpyFile, relativePath: string, files: FileDigest[]): Int32Array {
  const numbers = new Int32Array(file.rowCount);
  readChunks(file, relativePath, files, (chunk, firstRow) => numbers.set(chunk, firstRow));
  return numbers;
}

/**
 * Checks every token against the vocabulary. The file is closed unless it is too large for memory.
 * @throws UserError naming the row and column of a wrong token
 */
export function readTokens(file: NpyFile, relativePath: string, options: ReadTokensOptions): TokenRows {
  const { metadata, mostTokensInMemory, files, alsoAllowed } = options;
  const { rowCount, rowLength } = file;
  const fitsByte =
    metadata.vocab_size <= 256 && (alsoAllowed === null || (alsoAllowed >= 0 && alsoAllowed <= 255));
  const tokenCount = rowCount * rowLength;
  const inMemory = tokenCount * (fitsByte ? 1 : 4) <= mostTokensInMemory;
  const kept = !inMemory ? undefined : fitsByte ? new Uint8Array(tokenCount) : new Int32Array(tokenCount);
  readChunks(file, relativePath, files, (chunk, firstRow) => {
    requireTokens(chunk, firstRow, file, metadata.vocab_size, alsoAllowed);
    kept?.set(chunk, firstRow * rowLength);
  });
  if (kept === undefined) return rowsOfFile(file);
  file.close();
  return {
    rowCount,
    copyRow: (row, target, offset) => {
      const start = row * rowLength;
      for (let place = 0; place < rowLength; place++) target[offset + place] = kept[start + place]!;
    },
    close: () => undefined,
  };
}

function rowsOfFile(file: NpyFile): TokenRows {
  return {
    rowCount: file.rowCount,
    copyRow: (row, target, offset) => target.set(decodeNumbers(file.type, file.readRowBytes(row, 1)), offset),
    close: file.close,
  };
}

function requireTokens(
  tokens: Uint8Array | Int32Array,
  firstRow: number,
  file: NpyFile,
  vocabularySize: number,
  alsoAllowed: number | null,
): void {
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if ((token >= 0 && token < vocabularySize) || token === alsoAllowed) continue;
    const row = firstRow + Math.floor(index / file.rowLength);
    throw new UserError({
      what: 'The dataset has a token outside its vocabulary',
      where: file.path,
      found: `${token} at row ${row}, column ${index % file.rowLength} (both counted from 0)`,
      expected: `0 to ${vocabularySize - 1}, since vocab_size is ${vocabularySize}`,
      remedy: 'build the dataset again',
    });
  }
}

/** Hands over the numbers of a few rows at a time and adds the file's digest to `files`. */
function readChunks(
  file: NpyFile,
  relativePath: string,
  files: FileDigest[],
  use: (numbers: Uint8Array | Int32Array, firstRow: number) => void,
): void {
  const hash = createHash('sha256').update(file.headerBytes);
  const rowBytes = file.rowLength * itemSizeBytes(file.type);
  const chunkRows = Math.max(1, Math.floor(chunkBytes / rowBytes));
  for (let row = 0; row < file.rowCount; row += chunkRows) {
    const bytes = file.readRowBytes(row, Math.min(chunkRows, file.rowCount - row));
    hash.update(bytes);
    use(decodeNumbers(file.type, bytes), row);
  }
  const sizeBytes = file.dataOffset + file.rowCount * rowBytes;
  files.push({ path: relativePath, sha256: hash.digest('hex'), sizeBytes });
}
