// Passes on what is appended to a file, for --verbose.

import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** Calls `onText` with everything appended from now on, until what it returns is called. */
export function followFile(path: string, onText: (text: string) => void): () => void {
  let position = statSync(path, { throwIfNoEntry: false })?.size ?? 0;

  function read(): void {
    const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (sizeBytes <= position) return;
    const buffer = Buffer.alloc(sizeBytes - position);
    const file = openSync(path, 'r');
    try {
      const length = readSync(file, buffer, 0, buffer.length, position);
      position += length;
      onText(buffer.toString('utf8', 0, length));
    } finally {
      closeSync(file);
    }
  }
  const timer = setInterval(read, 300);
  return () => {
    clearInterval(timer);
    read();
  };
}
