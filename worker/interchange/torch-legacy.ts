// Reads the format that PyTorch wrote until version 1.6, and still writes where zip is turned off: pickles of a magic
// number, a version, the system, the structure and the list of storages, then the elements of each storage.

import { elementSize } from '../checkpoint/element-types.ts';
import type { ByteSource } from './byte-source.ts';
import { readPickle } from './pickle.ts';
import { mostPickleBytes, type TorchFile, unreadable, withStorages } from './torch-file.ts';
import { asStorage, storageOf, type TorchStorage, torchGlobals } from './torch-tensor.ts';

const magicNumber = 0x1950a86a20f9469cfc6cn;

/** Opens a file of the format before zip. @throws UserError that names the file and the fault */
export function openTorchLegacy(source: ByteSource): TorchFile {
  const bytes = source.read(0, Math.min(source.sizeBytes, mostPickleBytes));
  const storages = new Map<string, TorchStorage>();
  const host: Parameters<typeof readPickle>[1] = {
    globals: torchGlobals,
    persistent(id, fault) {
      const value = storageOf(id, fault);
      const storage = asStorage(value);
      if (storage !== undefined) storages.set(storage.key, storage);
      return value;
    },
  };
  const next = (offset: number) => readPickle(bytes, host, source.path, offset);
  const magic = next(0);
  if (magic.value !== magicNumber) {
    throw unreadable(source, 'a pickle, but not one of torch.save', 'a file as torch.save writes it');
  }
  const version = next(magic.end);
  const system = next(version.end);
  const structure = next(system.end);
  const list = next(structure.end);
  const keys =
    typeof list.value === 'object' && list.value !== null && 'items' in list.value ? list.value.items : [];
  const places = findStorages(source, keys, storages, list.end);
  return withStorages(structure.value, ({ key, type, elementCount }) => {
    const place = places.get(key);
    if (place === undefined)
      throw unreadable(source, `no data of storage ${key}`, `${elementCount} elements`);
    return source.read(place, elementCount * elementSize(type));
  });
}

/** Where the elements of each storage begin. */
function findStorages(
  source: ByteSource,
  keys: readonly unknown[],
  storages: ReadonlyMap<string, TorchStorage>,
  start: number,
): Map<string, number> {
  const places = new Map<string, number>();
  let offset = start;
  for (const key of keys) {
    const storage = storages.get(String(key));
    if (storage === undefined) throw unreadable(source, `data of an unknown storage ${key}`, 'a known one');
    const header = source.read(offset, 8);
    const count = header.length < 8 ? -1 : Number(new DataView(header.buffer).getBigInt64(0, true));
    const end = offset + 8 + count * elementSize(storage.type);
    if (count !== storage.elementCount || end > source.sizeBytes) {
      const found = count < 0 ? 'nothing' : `${count} elements`;
      throw unreadable(
        source,
        `storage ${key}: ${found}`,
        `${storage.elementCount} elements inside the file`,
      );
    }
    places.set(storage.key, offset + 8);
    offset = end;
  }
  return places;
}
