// Opens a file of weights, whatever its name says, by its first bytes: a PyTorch checkpoint, of the zip format or the
// one before, or safetensors. Gives the tensors by name; their values are read when they are asked for.

import { UserError } from '../../common/errors.ts';
import type { ElementType } from '../checkpoint/element-types.ts';
import { decodeElements, elementSize } from '../checkpoint/element-types.ts';
import { parseSafetensorsHeader } from '../checkpoint/safetensors.ts';
import { type ByteSource, openByteSource } from './byte-source.ts';
import { findStateDict } from './state-dict.ts';
import { openTorchZip, type TorchFile } from './torch-file.ts';
import { openTorchLegacy } from './torch-legacy.ts';

export interface FileTensor {
  type: ElementType;
  shape: number[];
  read(): Float32Array | Int32Array;
}

export interface WeightsFile {
  format: 'pt' | 'safetensors';
  /** By the names in the file. */
  tensors: Map<string, FileTensor>;
  /** The entry of the file that holds the tensors, such as `model`; empty where they lie in it directly. */
  entry: string;
  close(): void;
}

const mostHeaderBytes = 100 * 2 ** 20;

/**
 * Opens a file of weights. `entry` picks one of several state_dicts in a PyTorch file.
 * @throws UserError that names the file and what is wrong with it
 */
export function openWeightsFile(path: string, entry: string | null = null): WeightsFile {
  const source = openByteSource(path);
  try {
    return { ...openAny(source, entry), close: source.close };
  } catch (error) {
    source.close();
    throw error;
  }
}

function openAny(source: ByteSource, entry: string | null): Omit<WeightsFile, 'close'> {
  const start = source.read(0, 16);
  const [first, second] = start;
  if (start[8] === 0x7b && start.subarray(4, 8).every((byte) => byte === 0)) return fromSafetensors(source);
  if (first === 0x50 && second === 0x4b) return fromTorch(source, openTorchZip(source), entry);
  if (first === 0x80 && (second ?? 255) <= 5) return fromTorch(source, openTorchLegacy(source), entry);
  throw new UserError({
    what: 'The file holds no weights that can be read',
    where: source.path,
    found: source.sizeBytes === 0 ? 'an empty file' : `a file that begins with ${hex(start.subarray(0, 8))}`,
    expected: 'a PyTorch checkpoint (a state_dict that torch.save wrote) or a safetensors file',
    remedy: 'check the path; a large file may not have been downloaded whole',
  });
}

function fromTorch(source: ByteSource, file: TorchFile, wanted: string | null): Omit<WeightsFile, 'close'> {
  const { entry, tensors } = findStateDict(file.root, source.path, wanted);
  const readable = [...tensors].map(([name, tensor]): [string, FileTensor] => [
    name,
    { type: tensor.type, shape: tensor.shape, read: () => file.read(tensor) },
  ]);
  return { format: 'pt', entry, tensors: new Map(readable) };
}

function fromSafetensors(source: ByteSource): Omit<WeightsFile, 'close'> {
  const start = source.read(0, 8);
  const length = Number(new DataView(start.buffer).getBigUint64(0, true));
  const { entries, bodyStart } = parseSafetensorsHeader(
    source.read(0, 8 + Math.min(length, mostHeaderBytes)),
    source.sizeBytes,
    source.path,
  );
  const tensors = [...entries].map(([name, { type, shape, from }]): [string, FileTensor] => {
    const sizeBytes = shape.reduce((product, size) => product * size, 1) * elementSize(type);
    const read = () => decodeElements(source.read(bodyStart + from, sizeBytes), type);
    return [name, { type, shape, read }];
  });
  return { format: 'safetensors', entry: '', tensors: new Map(tensors) };
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
