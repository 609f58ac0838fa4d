// Unpacks chosen entries of a zip archive below 4 GiB, with their permissions.

import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';

const endSignature = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const entrySignature = 0x02014b50;

/**
 * @param {string} file
 * @param {string} folder
 * @param {(name: string) => string | null} rename the path in the folder, null for what is left out
 */
export function unpackZip(file, folder, rename) {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    /** @param {number} position @param {number} length */
    const read = (position, length) => {
      const bytes = Buffer.alloc(length);
      readSync(descriptor, bytes, 0, length, position);
      return bytes;
    };
    const tail = read(Math.max(0, size - 65_557), Math.min(size, 65_557));
    const end = tail.lastIndexOf(endSignature);
    if (end < 0) throw new Error(`${file} is no zip archive`);
    const directory = read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    let place = 0;
    while (place < directory.length && directory.readUInt32LE(place) === entrySignature) {
      const nameLength = directory.readUInt16LE(place + 28);
      const name = directory.toString('utf8', place + 46, place + 46 + nameLength);
      const target = rename(name);
      if (target !== null) {
        const at = directory.readUInt32LE(place + 42);
        const head = read(at, 30);
        const start = at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
        const packed = read(start, directory.readUInt32LE(place + 20));
        const isPacked = directory.readUInt16LE(place + 10) !== 0;
        const mode = (directory.readUInt32LE(place + 38) >>> 16) & 0o777;
        mkdirSync(path.dirname(path.join(folder, target)), { recursive: true });
        writeFileSync(path.join(folder, target), isPacked ? inflateRawSync(packed) : packed, { mode });
      }
      place += 46 + nameLength + directory.readUInt16LE(place + 30) + directory.readUInt16LE(place + 32);
    }
  } finally {
    closeSync(descriptor);
  }
}
