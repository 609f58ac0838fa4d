// A file that is read piece by piece, so that only what is wanted of a checkpoint of gigabytes is ever in memory.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { withFileErrorsSync } from '../files.ts';

export interface ByteSource {
  path: string;
  sizeBytes: number;
  /** The bytes from `offset` on; fewer than asked for only at the end of the file. */
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

/** The most that one read call of the system takes, with room to spare. */
const mostBytesAtOnce = 2 ** 30;

/** Opens a file. @throws UserError when it cannot be read */
export function openByteSource(path: string): ByteSource {
  return withFileErrorsSync('Cannot read a checkpoint', path, () => {
    const file = openSync(path, 'r');
    const sizeBytes = fstatSync(file).size;
    return {
      path,
      sizeBytes,
      read(offset, length) {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset)));
        for (let done = 0; done < bytes.length; ) {
          const part = Math.min(bytes.length - done, mostBytesAtOnce);
          const read = withFileErrorsSync('Cannot read a checkpoint', path, () =>
            readSync(file, bytes, done, part, offset + done),
          );
          if (read === 0) return bytes.subarray(0, done);
          done += read;
        }
        return bytes;
      },
      close: () => closeSync(file),
    };
  });
}
