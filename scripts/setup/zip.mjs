// Unpacks zip archives from disk, one entry at a time: stored or deflated, never whole in memory, each checked
// against its recorded size.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { readExactly, ZipError } from './zip-directory.mjs';

const localSignature = 0x04034b50;

/** @typedef {import('./zip-directory.mjs').ZipEntry} ZipEntry */

/**
 * Unpacks one entry to a file, making the folders that it needs.
 * @param {string} file the archive
 * @param {ZipEntry} entry
 * @param {string} destination
 * @param {(bytes: number) => void} [onBytes] told of each piece written
 * @returns {Promise<string>} the sha256 of what was written, hexadecimal
 */
export async function extractEntry(file, entry, destination, onBytes) {
  await mkdir(path.dirname(destination), { recursive: true });
  const mode = entry.mode === 0 ? 0o644 : entry.mode & 0o777;
  return streamEntry(file, entry, createWriteStream(destination, { mode }), onBytes);
}

/**
 * @param {string} file the archive
 * @param {ZipEntry} entry
 * @returns {Promise<string>} the entry as UTF-8 text
 */
export async function readEntryText(file, entry) {
  /** @type {Buffer[]} */
  const pieces = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      pieces.push(chunk);
      done();
    },
  });
  await streamEntry(file, entry, sink);
  return Buffer.concat(pieces).toString('utf8');
}

/**
 * @param {string} file
 * @param {ZipEntry} entry
 * @param {Writable} sink
 * @param {(bytes: number) => void} [onBytes]
 */
async function streamEntry(file, entry, sink, onBytes) {
  const start = await findData(file, entry);
  const hash = createHash('sha256');
  let written = 0;
  const meter = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      written += chunk.length;
      onBytes?.(chunk.length);
      done(null, chunk);
    },
  });
  const source = openRange(file, start, entry.compressedBytes);
  try {
    if (entry.method === 0) await pipeline(source, meter, sink);
    else await pipeline(source, createInflateRaw({ chunkSize: 1 << 18 }), meter, sink);
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new ZipError(`${path.basename(file)} is damaged at ${entry.name} (${error.message})`);
    }
    throw error;
  }
  if (written !== entry.sizeBytes) {
    throw new ZipError(
      `${path.basename(file)} is damaged at ${entry.name} (${written} bytes instead of ${entry.sizeBytes})`,
    );
  }
  return hash.digest('hex');
}

/**
 * @param {string} file
 * @param {number} start
 * @param {number} sizeBytes
 */
function openRange(file, start, sizeBytes) {
  // createReadStream cannot express an empty range: its end is inclusive.
  if (sizeBytes === 0) return Readable.from([]);
  return createReadStream(file, { start, end: start + sizeBytes - 1, highWaterMark: 1 << 18 });
}

/**
 * The local header repeats name and extra field, with lengths of its own.
 * @param {string} file
 * @param {ZipEntry} entry
 */
async function findData(file, entry) {
  const handle = await open(file, 'r');
  try {
    const header = await readExactly(handle, entry.headerOffset, 30, file);
    if (header.readUInt32LE(0) !== localSignature) {
      throw new ZipError(`${path.basename(file)} is damaged: no header for ${entry.name}`);
    }
    return entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await handle.close();
  }
}
