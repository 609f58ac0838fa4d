// Writes small zip archives for the tests, with the features that the reader has to understand: stored and
// deflated entries, Unix permissions, zip64 fields and a zip64 end record.

import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipInput {
  name: string;
  content: Buffer;
  deflated?: boolean;
  mode?: number;
  /** Sizes and offset in a zip64 field, as archives beyond 4 GiB have them. */
  wide?: boolean;
}

/** The bytes of an archive. */
export function makeZip(
  inputs: readonly ZipInput[],
  options: { zip64End?: boolean; comment?: string } = {},
): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const input of inputs) {
    const body = localEntry(input);
    directory.push(centralEntry(input, offset));
    bodies.push(body);
    offset += body.length;
  }
  const listed = Buffer.concat(directory);
  return Buffer.concat([...bodies, listed, ...endRecords(inputs.length, listed.length, offset, options)]);
}

function packed({ content, deflated }: ZipInput): Buffer {
  return deflated ? deflateRawSync(content) : content;
}

function localEntry(input: ZipInput): Buffer {
  const header = Buffer.alloc(30);
  const name = Buffer.from(input.name);
  const data = packed(input);
  // An extra field that only the local header has: the data starts after it.
  const extra = Buffer.from([0xff, 0xff, 0x02, 0x00, 0x01, 0x02]);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(input.deflated ? 8 : 0, 8);
  header.writeUInt32LE(crc32(input.content), 14);
  header.writeUInt32LE(data.length, 18);
  header.writeUInt32LE(input.content.length, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra, data]);
}

function centralEntry(input: ZipInput, offset: number): Buffer {
  const header = Buffer.alloc(46);
  const name = Buffer.from(input.name);
  const sizes = [input.content.length, packed(input).length, offset];
  const extra = input.wide ? wideField(sizes) : Buffer.alloc(0);
  const [sizeBytes = 0, compressedBytes = 0, headerOffset = 0] = input.wide
    ? sizes.map(() => 0xffffffff)
    : sizes;
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(input.deflated ? 8 : 0, 10);
  header.writeUInt32LE(crc32(input.content), 16);
  header.writeUInt32LE(compressedBytes, 20);
  header.writeUInt32LE(sizeBytes, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt16LE(input.mode === undefined ? 0 : 0o100000 | input.mode, 40);
  header.writeUInt32LE(headerOffset, 42);
  return Buffer.concat([header, name, extra]);
}

function wideField(values: readonly number[]): Buffer {
  // Some other field comes first, as real archives have it.
  const other = Buffer.from([0x55, 0x54, 0x01, 0x00, 0x00]);
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(0x0001, 0);
  field.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, index) => {
    field.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  });
  return Buffer.concat([other, field]);
}

function endRecords(
  count: number,
  sizeBytes: number,
  offset: number,
  { zip64End = false, comment = '' }: { zip64End?: boolean; comment?: string },
): Buffer[] {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(zip64End ? 0xffffffff : sizeBytes, 12);
  end.writeUInt32LE(zip64End ? 0xffffffff : offset, 16);
  end.writeUInt16LE(comment.length, 20);
  if (!zip64End) return [end, Buffer.from(comment)];
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(sizeBytes), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + sizeBytes), 8);
  locator.writeUInt32LE(1, 16);
  return [record, locator, end, Buffer.from(comment)];
}

/** A wheel: the files, METADATA, and a RECORD with their checksums, or with those of other texts. */
export function makeWheel(
  info: string,
  files: Record<string, string>,
  metadata = '',
  recorded: Record<string, string> = files,
): Buffer {
  const inputs: ZipInput[] = Object.entries(files).map(([name, text]) => ({
    name,
    content: Buffer.from(text),
    deflated: true,
    mode: name.includes('/bin/') ? 0o755 : 0o644,
  }));
  const lines = inputs.map(({ name, content }) => {
    const sha256 = createHash('sha256')
      .update(recorded[name] ?? '')
      .digest('base64url');
    return `${name},sha256=${sha256},${content.length}`;
  });
  const record = [...lines, `${info}/RECORD,,`, ''].join('\n');
  return makeZip([
    ...inputs,
    { name: `${info}/METADATA`, content: Buffer.from(metadata), deflated: true },
    { name: `${info}/RECORD`, content: Buffer.from(record), deflated: true },
  ]);
}
