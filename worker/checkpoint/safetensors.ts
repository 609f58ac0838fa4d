// The safetensors format: a JSON header and raw little-endian tensors, so that reading runs no code.
// Every size and offset is checked before anything is believed.

import { UserError } from '../../common/errors.ts';

export interface StoredTensor {
  shape: number[];
  values: Float32Array | Int32Array;
}

export interface Safetensors {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

/** The file's bytes in pieces, to be written one after the other. */
export function encodeSafetensors(
  tensors: Map<string, StoredTensor>,
  metadata: Record<string, string>,
): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = {
      dtype: values instanceof Float32Array ? 'F32' : 'I32',
      shape,
      data_offsets: [offset, offset + values.byteLength],
    };
    offset += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true);
  const bodies = [...tensors.values()].map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  return [length, padded, ...bodies];
}

/** Reads a file's bytes. @throws UserError that names `where` and what is wrong with it. */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const fail = (found: string, expected: string) =>
    new UserError({
      what: 'Cannot read a safetensors file',
      where,
      found,
      expected,
      remedy: 'use another checkpoint, or save this one again',
    });
  if (bytes.length < 8) throw fail(`${bytes.length} bytes`, 'at least 8');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const bodyStart = 8 + headerLength;
  if (bodyStart > bytes.length)
    throw fail(`a header of ${headerLength} bytes`, `at most ${bytes.length - 8}`);
  const header = parseHeader(bytes.subarray(8, bodyStart), fail);

  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  let end = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = entry as unknown as Record<string, string>;
      continue;
    }
    tensors.set(name, readTensor(bytes, bodyStart, name, entry, fail));
    end = Math.max(end, entry.data_offsets[1]);
  }
  if (bodyStart + end !== bytes.length)
    throw fail(`${bytes.length} bytes`, `${bodyStart + end}, as its header says`);
  return { tensors, metadata };
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

type Fail = (found: string, expected: string) => UserError;

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, HeaderEntry> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null) return header as Record<string, HeaderEntry>;
  } catch {
    throw fail('a header that is no JSON', 'a JSON header');
  }
  throw fail('a header that is no JSON object', 'a JSON object');
}

function readTensor(
  bytes: Uint8Array,
  bodyStart: number,
  name: string,
  entry: HeaderEntry,
  fail: Fail,
): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32' && dtype !== 'I32') throw fail(`${name} of type ${dtype}`, 'F32 or I32');
  const sizes = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!sizes || !Array.isArray(offsets) || offsets.length !== 2)
    throw fail(`a broken entry ${name}`, 'shape and offsets');
  const length = shape.reduce((product, size) => product * size, 1) * 4;
  const [from, to] = offsets;
  if (!(from >= 0 && to - from === length && bodyStart + to <= bytes.length)) {
    throw fail(
      `${name} ${JSON.stringify(shape)} at bytes ${from} to ${to}`,
      `${length} bytes inside the file`,
    );
  }
  const copy = new Uint8Array(bytes.subarray(bodyStart + from, bodyStart + to)).buffer;
  return { shape, values: dtype === 'F32' ? new Float32Array(copy) : new Int32Array(copy) };
}
