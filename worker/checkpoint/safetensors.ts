// The safetensors format: a JSON header and raw little-endian tensors, so that reading runs no code.
// Every size and offset is checked before anything is believed.

import { z } from 'zod';
import { UserError } from '../../common/errors.ts';
import {
  decodeElements,
  type ElementType,
  elementSize,
  elementTypes,
  isElementType,
} from './element-types.ts';

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

/** Reads a file's bytes. @throws UserError that names `where` and what is wrong with it */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const { entries, metadata, bodyStart } = parseSafetensorsHeader(bytes, bytes.length, where);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { type, shape, from, to }] of entries) {
    if (type !== 'F32' && type !== 'I32') throw broken(where, `${name} of type ${type}`, 'F32 or I32');
    tensors.set(name, {
      shape,
      values: decodeElements(bytes.subarray(bodyStart + from, bodyStart + to), type),
    });
  }
  return { tensors, metadata };
}

/** A tensor of a file: its bytes lie from `from` to `to` after the header. */
export interface SafetensorsEntry {
  type: ElementType;
  shape: number[];
  from: number;
  to: number;
}

export interface SafetensorsHeader {
  entries: Map<string, SafetensorsEntry>;
  metadata: Record<string, string>;
  /** Where the tensors begin in the file. */
  bodyStart: number;
}

const headerSchema = z.record(z.string(), z.unknown());
const metadataSchema = z.record(z.string(), z.string());
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().min(0)),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
});

/**
 * Reads the header that a file begins with: `start` are its first bytes, of `fileBytes` in all.
 * @throws UserError when a tensor is not where it must be: inside the file, of the size of its shape, beside no other
 */
export function parseSafetensorsHeader(
  start: Uint8Array,
  fileBytes: number,
  where: string,
): SafetensorsHeader {
  if (start.length < 8) throw broken(where, `${start.length} bytes`, 'at least 8');
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const bodyStart = 8 + headerLength;
  if (bodyStart > start.length) {
    throw broken(where, `a header of ${headerLength} bytes`, `at most ${start.length - 8}`);
  }
  const entries = new Map<string, SafetensorsEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseHeader(start.subarray(8, bodyStart), where))) {
    if (name === '__metadata__') metadata = readMetadata(value, where);
    else entries.set(name, readEntry(name, value, fileBytes - bodyStart, where));
  }
  requireNoOverlap(entries, where);
  const end = [...entries.values()].reduce((latest, { to }) => Math.max(latest, to), 0);
  if (bodyStart + end !== fileBytes) {
    throw broken(where, `${fileBytes} bytes`, `${bodyStart + end}, as its header says`);
  }
  return { entries, metadata, bodyStart };
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw broken(where, 'a header that is no JSON', 'a JSON header');
  }
  const parsed = headerSchema.safeParse(header);
  if (!parsed.success) throw broken(where, 'a header that is no JSON object', 'a JSON object');
  return parsed.data;
}

function readMetadata(value: unknown, where: string): Record<string, string> {
  const parsed = metadataSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw broken(where, '__metadata__ with other values than texts', 'texts');
}

function readEntry(name: string, value: unknown, bodyBytes: number, where: string): SafetensorsEntry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw broken(where, `a broken entry ${name}`, 'type, shape and offsets');
  const { dtype, shape, data_offsets: offsets } = parsed.data;
  if (!isElementType(dtype)) throw broken(where, `${name} of type ${dtype}`, elementTypes.join(', '));
  const length = shape.reduce((product, size) => product * size, 1) * elementSize(dtype);
  const [from, to] = offsets;
  if (to - from !== length || to > bodyBytes) {
    throw broken(
      where,
      `${name} ${JSON.stringify(shape)} at bytes ${from} to ${to}`,
      `${length} bytes inside the file`,
    );
  }
  return { type: dtype, shape, from, to };
}

function requireNoOverlap(entries: Map<string, SafetensorsEntry>, where: string): void {
  const sorted = [...entries].sort(([, one], [, other]) => one.from - other.from || one.to - other.to);
  let end = 0;
  for (const [name, { from, to }] of sorted) {
    if (from < end)
      throw broken(where, `${name} at byte ${from}, inside another tensor`, 'tensors beside each other');
    end = to;
  }
}

function broken(where: string, found: string, expected: string): UserError {
  return new UserError({
    what: 'Cannot read a safetensors file',
    where,
    found,
    expected,
    remedy: 'use another checkpoint, or save this one again',
  });
}
