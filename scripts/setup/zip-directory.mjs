// Reads the list of entries of a zip archive, zip64 too. An entry whose name would leave its folder is an error.
// Format: PKWARE APPNOTE 6.3, sections 4.3 to 4.5.

import { open } from 'node:fs/promises';
import path from 'node:path';

const endSignature = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const zip64LocatorSignature = 0x07064b50;
const zip64EndSignature = 0x06064b50;
const centralSignature = 0x02014b50;
const zip64ExtraId = 0x0001;

/**
 * @typedef {object} ZipEntry
 * @property {string} name with forward slashes
 * @property {number} method 0 stored, 8 deflated
 * @property {number} compressedBytes
 * @property {number} sizeBytes
 * @property {number} headerOffset
 * @property {number} mode Unix permissions; 0 when the archive names none
 */

/** A file that is no zip archive, or one that is damaged or cut off. */
export class ZipError extends Error {
  name = 'ZipError';
}

/**
 * @param {string} file
 * @returns {Promise<Map<string, ZipEntry>>} every entry that is a file, by name
 */
export async function readZipEntries(file) {
  const handle = await open(file, 'r');
  try {
    const { offset, sizeBytes } = await findDirectory(handle, file);
    return parseDirectory(await readExactly(handle, offset, sizeBytes, file), file);
  } finally {
    await handle.close();
  }
}

/**
 * @param {import('node:fs/promises').FileHandle} handle
 * @param {string} file
 */
async function findDirectory(handle, file) {
  const { size } = await handle.stat();
  // The end record is 22 bytes and a comment of at most 65,535; a zip64 locator of 20 bytes precedes it.
  const tailBytes = Math.min(size, 22 + 65_535 + 20);
  const tail = await readExactly(handle, size - tailBytes, tailBytes, file);
  const at = tail.lastIndexOf(endSignature);
  if (at < 0 || at + 22 > tail.length) {
    throw new ZipError(`${path.basename(file)} is no zip archive or is cut off`);
  }
  if (at >= 20 && tail.readUInt32LE(at - 20) === zip64LocatorSignature) {
    const record = await readExactly(handle, readSize(tail, at - 20 + 8), 56, file);
    if (record.readUInt32LE(0) !== zip64EndSignature) {
      throw new ZipError(`${path.basename(file)} is damaged: no zip64 end record`);
    }
    return { sizeBytes: readSize(record, 40), offset: readSize(record, 48) };
  }
  return { sizeBytes: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) };
}

/**
 * @param {Buffer} directory
 * @param {string} file
 */
function parseDirectory(directory, file) {
  /** @type {Map<string, ZipEntry>} */
  const entries = new Map();
  for (let at = 0; at + 46 <= directory.length; ) {
    if (directory.readUInt32LE(at) !== centralSignature) {
      throw new ZipError(`${path.basename(file)} is damaged: its list of entries ends early`);
    }
    const nameBytes = directory.readUInt16LE(at + 28);
    const extraBytes = directory.readUInt16LE(at + 30);
    const nameEnd = at + 46 + nameBytes;
    const name = directory.toString('utf8', at + 46, nameEnd);
    const extra = directory.subarray(nameEnd, nameEnd + extraBytes);
    if (!name.endsWith('/')) entries.set(checkedName(name, file), parseEntry(directory, at, name, extra));
    at = nameEnd + extraBytes + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * @param {Buffer} directory
 * @param {number} at
 * @param {string} name
 * @param {Buffer} extra
 * @returns {ZipEntry}
 */
function parseEntry(directory, at, name, extra) {
  const wide = zip64Fields(extra);
  /** @param {number} offset */
  const field = (offset) => {
    const value = directory.readUInt32LE(at + offset);
    return value === 0xffffffff && wide.length > 0 ? (wide.shift() ?? value) : value;
  };
  // The zip64 field holds only the values that did not fit, in this order.
  const sizeBytes = field(24);
  const compressedBytes = field(20);
  const headerOffset = field(42);
  const mode = directory.readUInt16LE(at + 40) & 0o7777;
  return { name, method: directory.readUInt16LE(at + 10), compressedBytes, sizeBytes, headerOffset, mode };
}

/** @param {Buffer} extra */
function zip64Fields(extra) {
  for (let at = 0; at + 4 <= extra.length; ) {
    const sizeBytes = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === zip64ExtraId) {
      const count = Math.min(3, Math.floor(sizeBytes / 8));
      return Array.from({ length: count }, (_, index) => readSize(extra, at + 4 + 8 * index));
    }
    at += 4 + sizeBytes;
  }
  return [];
}

/**
 * @param {string} name
 * @param {string} file
 */
function checkedName(name, file) {
  if (name.startsWith('/') || /^[A-Za-z]:|\\/.test(name) || name.split('/').includes('..')) {
    throw new ZipError(`${path.basename(file)} holds an entry that would leave its folder: ${name}`);
  }
  return name;
}

/**
 * @param {Buffer} buffer
 * @param {number} offset
 */
function readSize(buffer, offset) {
  return Number(buffer.readBigUInt64LE(offset));
}

/**
 * @param {import('node:fs/promises').FileHandle} handle
 * @param {number} offset
 * @param {number} sizeBytes
 * @param {string} file
 */
export async function readExactly(handle, offset, sizeBytes, file) {
  const buffer = Buffer.alloc(sizeBytes);
  const { bytesRead } = await handle.read(buffer, 0, sizeBytes, offset);
  if (bytesRead !== sizeBytes) throw new ZipError(`${path.basename(file)} is cut off`);
  return buffer;
}
