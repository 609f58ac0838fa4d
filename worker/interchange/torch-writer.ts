// Writes a checkpoint as torch.save does: a zip archive with the pickle of a state_dict and the elements of its
// tensors, each at a multiple of 64 bytes. torch.load reads it with weights_only, and so does the reference.

import { crc32 } from 'node:zlib';
import { UserError } from '../../common/errors.ts';
import type { StoredTensor } from '../checkpoint/safetensors.ts';
import { writeStateDictPickle } from './pickle-writer.ts';

const ALIGNMENT = 64;
/** The folder inside the archive; PyTorch asks for one, of any name. */
const FOLDER = 'archive';
/** 1 January 1980, the first day that zip knows: the same weights give the same bytes. */
const ZIP_DATE = 0x21;

/**
 * The file's bytes in pieces, to be written one after the other.
 * @throws UserError when the file would be larger than zip without its 64-bit extension allows
 */
export function encodeTorchFile(
  tensors: ReadonlyMap<string, StoredTensor & { values: Float32Array }>,
  where: string,
): Uint8Array[] {
  const named = [...tensors].map(([name, tensor], index) => ({ name, key: String(index), ...tensor }));
  const text = (value: string) => new TextEncoder().encode(value);
  const entries: [string, Uint8Array][] = [
    [
      'data.pkl',
      writeStateDictPickle(named.map(({ name, shape, key }) => ({ name, shape, storageKey: key }))),
    ],
    ['byteorder', text('little')],
    ...named.map(({ key, values }): [string, Uint8Array] => [
      `data/${key}`,
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    ]),
    ['version', text('3\n')],
  ];
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const path = text(`${FOLDER}/${name}`);
    const facts = { path, content, crc: crc32(content) };
    const header = localHeader(facts, offset);
    directory.push(directoryRecord(facts, offset));
    pieces.push(header, content);
    offset += header.length + content.length;
  }
  const directoryBytes = directory.reduce((total, record) => total + record.length, 0);
  if (offset + directoryBytes > 0xffff_0000) throw tooLarge(where, offset);
  return [...pieces, ...directory, endRecord(entries.length, directoryBytes, offset)];
}

interface EntryFacts {
  path: Uint8Array;
  content: Uint8Array;
  crc: number;
}

/** An entry's own header, with padding that puts its content at a multiple of the alignment. */
function localHeader({ path, content, crc }: EntryFacts, offset: number): Uint8Array {
  const bare = offset + 30 + path.length + 4;
  const padding = (ALIGNMENT - (bare % ALIGNMENT)) % ALIGNMENT;
  const header = new Uint8Array(30 + path.length + 4 + padding);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(4, 20, true);
  view.setUint16(12, ZIP_DATE, true);
  view.setUint32(14, crc, true);
  view.setUint32(18, content.length, true);
  view.setUint32(22, content.length, true);
  view.setUint16(26, path.length, true);
  view.setUint16(28, 4 + padding, true);
  header.set(path, 30);
  // An extra field of PyTorch's own kind, FB, that holds nothing.
  header.set([0x46, 0x42], 30 + path.length);
  view.setUint16(30 + path.length + 2, padding, true);
  return header;
}

function directoryRecord({ path, content, crc }: EntryFacts, offset: number): Uint8Array {
  const record = new Uint8Array(46 + path.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, 20, true);
  view.setUint16(6, 20, true);
  view.setUint16(14, ZIP_DATE, true);
  view.setUint32(16, crc, true);
  view.setUint32(20, content.length, true);
  view.setUint32(24, content.length, true);
  view.setUint16(28, path.length, true);
  view.setUint32(42, offset, true);
  record.set(path, 46);
  return record;
}

function endRecord(count: number, directoryBytes: number, directoryOffset: number): Uint8Array {
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, directoryBytes, true);
  view.setUint32(16, directoryOffset, true);
  return end;
}

function tooLarge(where: string, sizeBytes: number): UserError {
  return new UserError({
    what: 'The checkpoint is too large for a .pt file written here',
    where,
    found: `${sizeBytes} bytes`,
    expected: 'less than 4 GiB',
    remedy: 'write it as safetensors, with --format safetensors',
  });
}
