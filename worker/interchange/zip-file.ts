// Reads zip archives as PyTorch writes them: the central directory with its 64-bit extension, and entries that are
// stored or deflated. Nothing a header claims is believed before it was checked against the file.

import { crc32, inflateRawSync } from 'node:zlib';
import { UserError } from '../../common/errors.ts';
import type { ByteSource } from './byte-source.ts';

export interface ZipEntry {
  name: string;
  sizeBytes: number;
  /** Reads the content and checks its CRC-32. @throws UserError when the entry is damaged */
  read(): Uint8Array;
}

interface Record32 {
  name: string;
  method: number;
  crc: number;
  packedBytes: number;
  sizeBytes: number;
  headerOffset: number;
}

const END_SIGNATURE = 0x06054b50;
const END64_SIGNATURE = 0x06064b50;
const LOCATOR64_SIGNATURE = 0x07064b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

/** A checkpoint has a few hundred entries of about a hundred bytes each. */
const mostDirectoryBytes = 64 * 2 ** 20;
const mostEntries = 200_000;
/** Deflate cannot pack tighter than about 1:1032. */
const largestRatio = 1100;

/** The entries of an archive by name. @throws UserError that names the file and the fault */
export function readZip(source: ByteSource): Map<string, ZipEntry> {
  const directory = findDirectory(source);
  const bytes = source.read(directory.offset, directory.sizeBytes);
  if (bytes.length < directory.sizeBytes) throw damaged(source, 'a list of entries that is cut off');
  const entries = new Map<string, ZipEntry>();
  const view = viewOf(bytes);
  let offset = 0;
  for (let index = 0; index < directory.entryCount; index++) {
    const { record, next } = readRecord(source, bytes, view, offset);
    if (entries.has(record.name)) throw damaged(source, `two entries named ${record.name}`);
    if (isUnsafeName(record.name)) throw damaged(source, `an entry named ${JSON.stringify(record.name)}`);
    entries.set(record.name, {
      name: record.name,
      sizeBytes: record.sizeBytes,
      read: () => readEntry(source, record, directory.offset),
    });
    offset = next;
  }
  return entries;
}

function findDirectory(source: ByteSource): { offset: number; sizeBytes: number; entryCount: number } {
  const tailLength = Math.min(source.sizeBytes, 22 + 0xffff);
  const tailStart = source.sizeBytes - tailLength;
  const tail = source.read(tailStart, tailLength);
  const view = viewOf(tail);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + 22 + view.getUint16(at + 20, true) !== tail.length) continue;
    const found = {
      entryCount: view.getUint16(at + 10, true),
      sizeBytes: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    const needs64 =
      found.entryCount === 0xffff || found.sizeBytes === 0xffffffff || found.offset === 0xffffffff;
    const directory = needs64 ? findDirectory64(source, tailStart + at) : found;
    if (
      directory.entryCount > mostEntries ||
      directory.sizeBytes > mostDirectoryBytes ||
      directory.offset + directory.sizeBytes > source.sizeBytes
    ) {
      throw damaged(source, `a list of ${directory.entryCount} entries in ${directory.sizeBytes} bytes`);
    }
    return directory;
  }
  throw damaged(source, 'no list of entries at its end, as if it were cut off');
}

function findDirectory64(source: ByteSource, endOffset: number) {
  const locator = viewOf(source.read(Math.max(0, endOffset - 20), 20));
  if (locator.byteLength < 20 || locator.getUint32(0, true) !== LOCATOR64_SIGNATURE) {
    throw damaged(source, 'a list of entries without its 64-bit sizes');
  }
  const end = viewOf(source.read(readSafe(source, locator, 8), 56));
  if (end.byteLength < 56 || end.getUint32(0, true) !== END64_SIGNATURE) {
    throw damaged(source, 'a list of entries without its 64-bit sizes');
  }
  return {
    entryCount: readSafe(source, end, 32),
    sizeBytes: readSafe(source, end, 40),
    offset: readSafe(source, end, 48),
  };
}

function readRecord(source: ByteSource, bytes: Uint8Array, view: DataView, offset: number) {
  if (offset + 46 > bytes.length || view.getUint32(offset, true) !== ENTRY_SIGNATURE) {
    throw damaged(source, 'a list of entries that is cut off');
  }
  const nameLength = view.getUint16(offset + 28, true);
  const extraLength = view.getUint16(offset + 30, true);
  const next = offset + 46 + nameLength + extraLength + view.getUint16(offset + 32, true);
  if (next > bytes.length) throw damaged(source, 'a list of entries that is cut off');
  const nameStart = offset + 46;
  const name = new TextDecoder().decode(bytes.subarray(nameStart, nameStart + nameLength));
  if (view.getUint16(offset + 8, true) & 1) throw damaged(source, `an encrypted entry ${name}`);
  const record = {
    name,
    method: view.getUint16(offset + 10, true),
    crc: view.getUint32(offset + 16, true),
    packedBytes: view.getUint32(offset + 20, true),
    sizeBytes: view.getUint32(offset + 24, true),
    headerOffset: view.getUint32(offset + 42, true),
  };
  const extraStart = nameStart + nameLength;
  readExtra64(source, viewOf(bytes.subarray(extraStart, extraStart + extraLength)), record);
  return { record, next };
}

/** Puts in the 64-bit values of those sizes and offsets that say they are too large for 32 bits. */
function readExtra64(source: ByteSource, extra: DataView, record: Record32): void {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    let place = at + 4;
    for (const field of ['sizeBytes', 'packedBytes', 'headerOffset'] as const) {
      if (record[field] !== 0xffffffff) continue;
      if (place + 8 > extra.byteLength) throw damaged(source, `broken sizes of the entry ${record.name}`);
      record[field] = readSafe(source, extra, place);
      place += 8;
    }
    return;
  }
}

function readEntry(source: ByteSource, record: Record32, directoryOffset: number): Uint8Array {
  const { name, method, packedBytes, sizeBytes, headerOffset } = record;
  const header = viewOf(source.read(headerOffset, 30));
  if (header.byteLength < 30 || header.getUint32(0, true) !== LOCAL_SIGNATURE) {
    throw damaged(source, `no entry ${name} where its list says`);
  }
  const start = headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + packedBytes > directoryOffset)
    throw damaged(source, `an entry ${name} that reaches past its end`);
  const fits =
    method === STORED
      ? packedBytes === sizeBytes
      : method === DEFLATED && sizeBytes <= packedBytes * largestRatio;
  if (!fits)
    throw damaged(source, `an entry ${name} of ${sizeBytes} bytes in ${packedBytes} (method ${method})`);
  const packed = source.read(start, packedBytes);
  const content = method === STORED ? packed : inflate(source, record, packed);
  if (content.length !== sizeBytes || crc32(content) !== record.crc) {
    throw damaged(source, `an entry ${name} that is not what was written: its checksum differs`);
  }
  return content;
}

function inflate(source: ByteSource, { name, sizeBytes }: Record32, packed: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, sizeBytes) });
  } catch {
    throw damaged(source, `an entry ${name} that cannot be unpacked`);
  }
}

function isUnsafeName(name: string): boolean {
  return name === '' || /^[/\\]|\\|\0/.test(name) || name.split('/').includes('..');
}

function readSafe(source: ByteSource, view: DataView, offset: number): number {
  const value = Number(view.getBigUint64(offset, true));
  if (Number.isSafeInteger(value)) return value;
  throw damaged(source, `a size of ${value} bytes`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(source: ByteSource, found: string): UserError {
  return new UserError({
    what: 'The file is no intact zip archive',
    where: source.path,
    found,
    expected: 'a file as torch.save writes it',
    remedy: 'copy the file again from where it came',
  });
}
