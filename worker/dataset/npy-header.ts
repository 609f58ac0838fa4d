// The header of NumPy's array files (.npy, format 1.0): little-endian whole numbers in C order.
// Layout: magic "\x93NUMPY", version 1 0, header length (u16), a Python dict as text padded with spaces, data.

import { UserError } from '../../common/errors.ts';

export const npyTypes = ['|u1', '|i1', '<u2', '<i2', '<u4', '<i4', '<i8'] as const;
export type NpyType = (typeof npyTypes)[number];

export interface NpyHeader {
  type: NpyType;
  shape: number[];
  /** Where the data begins in the file. */
  dataOffset: number;
}

const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
const remedy = 'save the array again in NumPy format 1.0, or build the dataset again';

export function itemSizeBytes(type: NpyType): number {
  return Number(type.slice(2));
}

/** The header for an array of this type and shape, padded so that the data begins at a multiple of 64 bytes. */
export function encodeNpyHeader(type: NpyType, shape: number[]): Buffer {
  const shapeText = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shapeText}), }`;
  // Room for a first dimension of any length, so that a header can be rewritten in place when it is known.
  const room = shapeText.length < 21 ? 21 - shapeText.length : 0;
  const unpadded = magic.length + 2 + text.length + room + 1;
  const textLength = Math.ceil(unpadded / 64) * 64 - magic.length - 2;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(textLength);
  return Buffer.concat([magic, length, Buffer.from(`${text.padEnd(textLength - 1)}\n`, 'latin1')]);
}

/**
 * Reads the header from the beginning of a file.
 * @throws UserError naming `path` when it is truncated, not .npy 1.0, in Fortran order or of another type
 */
export function decodeNpyHeader(start: Buffer, path: string): NpyHeader {
  if (!start.subarray(0, 6).equals(magic.subarray(0, Math.min(6, start.length))) || start.length === 0) {
    const found = start.length === 0 ? 'an empty file' : `it begins with ${hex(start.subarray(0, 6))}`;
    throw npyError(path, found, `a NumPy array file, which begins with ${hex(magic.subarray(0, 6))}`);
  }
  if (start.length < 10)
    throw npyError(path, `the file ends after ${start.length} bytes`, 'a complete header');
  if (start[6] !== 1 || start[7] !== 0) throw npyError(path, `format ${start[6]}.${start[7]}`, 'format 1.0');
  const dataOffset = 10 + start.readUInt16LE(8);
  if (start.length < dataOffset) {
    throw npyError(path, `the file ends after ${start.length} bytes`, `a header of ${dataOffset} bytes`);
  }
  return { ...parseDictionary(start.toString('latin1', 10, dataOffset), path), dataOffset };
}

function parseDictionary(text: string, path: string): { type: NpyType; shape: number[] } {
  const descr = /'descr': *'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(text)?.[1];
  const shape = /'shape': *\(([\d, ]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    throw npyError(path, `the header ${text.trim()}`, "a header with 'descr', 'fortran_order' and 'shape'");
  }
  if (order === 'True') throw npyError(path, 'an array in Fortran (column) order', 'C (row) order');
  const type = npyTypes.find((known) => known === descr);
  if (type === undefined) throw npyError(path, `numbers of type ${descr}`, `one of ${npyTypes.join(' ')}`);
  const lengths = shape.split(',').filter((part) => part.trim() !== '');
  return { type, shape: lengths.map(Number) };
}

export function npyError(path: string, found: string, expected: string): UserError {
  return new UserError({ what: 'A NumPy array file cannot be read', where: path, found, expected, remedy });
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').replace(/..(?=.)/g, '$& ');
}
