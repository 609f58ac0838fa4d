// Reads the zip archives that torch.save writes. The structure is read at once, the elements of a tensor only when
// they are asked for.

import { UserError } from '../../common/errors.ts';
import { decodeElements, elementSize } from '../checkpoint/element-types.ts';
import type { ByteSource } from './byte-source.ts';
import { readPickle } from './pickle.ts';
import type { PickleValue } from './pickle-values.ts';
import { storageOf, type TorchStorage, type TorchTensor, torchGlobals } from './torch-tensor.ts';
import { readZip } from './zip-file.ts';

export interface TorchFile {
  /** What was saved, as plain data with tensors in it. */
  root: PickleValue;
  /** The elements of a tensor in row-major order. @throws UserError when its data is missing or damaged */
  read(tensor: TorchTensor): Float32Array | Int32Array;
}

/** Gives the little-endian bytes of a storage. */
export type ReadStorage = (storage: TorchStorage) => Uint8Array;

/** The structure of a checkpoint; with a thousand tensors it takes about 200 KiB. */
export const mostPickleBytes = 64 * 2 ** 20;

/** Opens a zip archive of torch.save. */
export function openTorchZip(source: ByteSource): TorchFile {
  const entries = readZip(source);
  const pickles = [...entries.keys()].filter((name) => name === 'data.pkl' || name.endsWith('/data.pkl'));
  const [name] = pickles;
  const entry = name === undefined ? undefined : entries.get(name);
  if (name === undefined || entry === undefined || pickles.length > 1) {
    const found = pickles.length === 0 ? 'a zip archive without data.pkl' : pickles.join(' and ');
    throw unreadable(source, found, 'one data.pkl, as torch.save writes it');
  }
  if (entry.sizeBytes > mostPickleBytes) {
    throw unreadable(source, `a data.pkl of ${entry.sizeBytes} bytes`, `at most ${mostPickleBytes}`);
  }
  const folder = name.slice(0, -'data.pkl'.length);
  const swapped = isBigEndian(source, entries.get(`${folder}byteorder`)?.read());
  const { value: root } = readPickle(
    entry.read(),
    { globals: torchGlobals, persistent: storageOf },
    `${source.path} (${name})`,
  );
  return withStorages(root, (storage) => {
    const data = entries.get(`${folder}data/${storage.key}`);
    const expected = storage.elementCount * elementSize(storage.type);
    if (data === undefined || data.sizeBytes !== expected) {
      const found = data === undefined ? 'no such entry' : `${data.sizeBytes} bytes`;
      throw unreadable(source, `data/${storage.key}: ${found}`, `${expected} bytes of ${storage.type}`);
    }
    return swapped ? swap(data.read(), elementSize(storage.type)) : data.read();
  });
}

/** A file whose tensors take their elements from `readStorage`. */
export function withStorages(root: PickleValue, readStorage: ReadStorage): TorchFile {
  return {
    root,
    read(tensor) {
      const { type, storage, offset, shape, strides } = tensor;
      const size = elementSize(type);
      const bytes = readStorage(storage);
      const count = shape.reduce((product, length) => product * length, 1);
      if (isContiguous(shape, strides)) {
        return decodeElements(bytes.subarray(offset * size, (offset + count) * size), type);
      }
      return decodeElements(gather(bytes, tensor, size, count), type);
    },
  };
}

/** The elements of a view in row-major order. */
function gather(bytes: Uint8Array, { shape, strides, offset }: TorchTensor, size: number, count: number) {
  const gathered = new Uint8Array(count * size);
  const index = shape.map(() => 0);
  for (let element = 0; element < count; element++) {
    let place = offset;
    for (let axis = 0; axis < shape.length; axis++) place += (index[axis] ?? 0) * (strides[axis] ?? 0);
    gathered.set(bytes.subarray(place * size, (place + 1) * size), element * size);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break;
      index[axis] = 0;
    }
  }
  return gathered;
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 0;
    if (size !== 1 && strides[axis] !== expected) return size === 0;
    expected *= size;
  }
  return true;
}

function isBigEndian(source: ByteSource, byteOrder: Uint8Array | undefined): boolean {
  const text =
    byteOrder === undefined ? 'little' : new TextDecoder().decode(byteOrder.subarray(0, 20)).trim();
  if (text === 'little' || text === 'big') return text === 'big';
  throw unreadable(source, `the byte order ${JSON.stringify(text)}`, 'little or big');
}

function swap(bytes: Uint8Array, size: number): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += size) {
    for (let byte = 0; byte < size; byte++) swapped[start + byte] = bytes[start + size - 1 - byte] ?? 0;
  }
  return swapped;
}

export function unreadable(source: ByteSource, found: string, expected: string): UserError {
  return new UserError({
    what: 'The file is no PyTorch checkpoint that can be read',
    where: source.path,
    found,
    expected,
    remedy: 'save it again with torch.save(model.state_dict(), file)',
  });
}
