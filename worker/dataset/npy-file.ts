// Reads and writes NumPy array files (.npy): rows on demand or as a stream, so that arrays of any size fit.

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { withFileErrorsSync } from '../files.ts';
import {
  decodeNpyHeader,
  encodeNpyHeader,
  itemSizeBytes,
  type NpyHeader,
  type NpyType,
  npyError,
} from './npy-header.ts';

/** An open array file. Its first dimension counts rows; the others make up a row. */
export interface NpyFile extends NpyHeader {
  path: string;
  rowCount: number;
  /** Numbers in a row. */
  rowLength: number;
  /** The bytes of the header, for checksums. */
  headerBytes: Buffer;
  /** The raw little-endian bytes of rows. */
  readRowBytes(firstRow: number, rowCount: number): Buffer;
  /** Does nothing the second time. */
  close(): void;
}

/** Longest header that is looked for: what a u16 length can say. */
const longestHeaderBytes = 10 + 0xffff;

/** @throws UserError when the file is missing, is no supported array file, or is shorter or longer than its header says */
export function openNpy(path: string): NpyFile {
  return withFileErrorsSync('Cannot read a NumPy array file', path, () => {
    const file = openSync(path, 'r');
    try {
      return readHeader(file, path);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  });
}

function readHeader(file: number, path: string): NpyFile {
  const { size } = fstatSync(file);
  const start = readFully(file, 0, Math.min(size, longestHeaderBytes));
  const header = decodeNpyHeader(start, path);
  const [rowCount = 1, ...rest] = header.shape;
  const rowLength = rest.reduce((product, length) => product * length, 1);
  const rowBytes = rowLength * itemSizeBytes(header.type);
  const expectedBytes = header.dataOffset + rowCount * rowBytes;
  if (size !== expectedBytes) {
    const trouble = size < expectedBytes ? 'the file is truncated' : 'there is more behind the array';
    throw npyError(
      path,
      `${size} bytes: ${trouble}`,
      `${expectedBytes} bytes for the shape (${header.shape.join(', ')})`,
    );
  }
  let isOpen = true;
  return {
    ...header,
    path,
    rowCount,
    rowLength,
    headerBytes: start.subarray(0, header.dataOffset),
    readRowBytes: (firstRow, count) =>
      withFileErrorsSync('Cannot read a NumPy array file', path, () =>
        readFully(file, header.dataOffset + firstRow * rowBytes, count * rowBytes),
      ),
    close: () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

function readFully(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const read = readSync(file, bytes, done, length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

/**
 * The numbers in `bytes` as 32-bit numbers. 64-bit numbers beyond that range come out as the nearest 32-bit number
 * that is still out of any token's range.
 */
export function decodeNumbers(type: NpyType, bytes: Buffer): Uint8Array | Int32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  const count = byteLength / itemSizeBytes(type);
  if (type === '|u1') return new Uint8Array(buffer, byteOffset, count);
  if (type === '|i1') return Int32Array.from(new Int8Array(buffer, byteOffset, count));
  if (type === '<u2') return Int32Array.from(new Uint16Array(buffer, byteOffset, count));
  if (type === '<i2') return Int32Array.from(new Int16Array(buffer, byteOffset, count));
  if (type === '<i4') return new Int32Array(buffer, byteOffset, count);
  const halves = new Uint32Array(buffer, byteOffset, byteLength / 4);
  if (type === '<u4') return Int32Array.from(halves, (value) => Math.min(value, 0x7fffffff));
  const numbers = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const low = halves[2 * index]!;
    const high = halves[2 * index + 1]! | 0;
    const fits = high === low >> 31;
    numbers[index] = fits ? low : high < 0 ? -0x80000000 : 0x7fffffff;
  }
  return numbers;
}

export interface NpyWriter {
  /** Adds the raw bytes of whole rows. The bytes may be reused once the promise resolves. */
  append(bytes: Uint8Array): Promise<void>;
  /** Writes the final header, flushes the file to the disk and returns the number of rows. */
  finish(): Promise<number>;
  /** SHA-256 of the finished file, computed while it was written; undefined unless the number of rows was given. */
  sha256(): string | undefined;
  /** Header and the rows so far. */
  sizeBytes(): number;
  /** Closes the file without finishing it; does nothing after `finish`. */
  abandon(): Promise<void>;
}

/**
 * Creates an array file that grows by rows of `rowShape`. How many there will be need not be known; where it is, the
 * file's digest is computed on the way.
 */
export async function createNpyWriter(
  path: string,
  type: NpyType,
  rowShape: number[],
  knownRowCount?: number,
): Promise<NpyWriter> {
  const file: FileHandle = await open(path, 'wx');
  const rowBytes = rowShape.reduce((product, length) => product * length, itemSizeBytes(type));
  const dataOffset = encodeNpyHeader(type, [0, ...rowShape]).length;
  const hash =
    knownRowCount === undefined
      ? undefined
      : createHash('sha256').update(encodeNpyHeader(type, [knownRowCount, ...rowShape]));
  let sizeBytes = 0;
  let closed = false;
  let digest: string | undefined;

  async function close(): Promise<void> {
    if (!closed) await file.close();
    closed = true;
  }
  return {
    append: async (bytes) => {
      const writing = writeFully(file, bytes, dataOffset + sizeBytes);
      sizeBytes += bytes.byteLength;
      // The system writes while this process computes.
      hash?.update(bytes);
      await writing;
    },
    finish: async () => {
      const rowCount = sizeBytes / rowBytes;
      if (!Number.isInteger(rowCount))
        throw new Error(`${path}: ${sizeBytes} bytes are not whole rows of ${rowBytes}`);
      if (knownRowCount !== undefined && rowCount !== knownRowCount)
        throw new Error(`${path}: ${rowCount} rows were written, not ${knownRowCount}`);
      await writeFully(file, encodeNpyHeader(type, [rowCount, ...rowShape]), 0);
      digest = hash?.digest('hex');
      await file.sync();
      await close();
      return rowCount;
    },
    sha256: () => digest,
    sizeBytes: () => dataOffset + sizeBytes,
    abandon: close,
  };
}

async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done);
    done += bytesWritten;
  }
}
