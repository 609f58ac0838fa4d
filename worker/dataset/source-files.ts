// What the card says about the files that an importer read: name, size and SHA-256, so that anybody can tell whether
// they hold the same files.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { FileDigest } from '../../common/dataset-card.ts';

/**
 * The digest of a file that was read as a whole, for `BuildOutcome.sourceFiles`. `name` is what the card calls it: the
 * base name, or a path relative to the folder that was imported where base names could be equal.
 */
export function digestSourceBytes(bytes: Uint8Array | string, name: string): FileDigest {
  const digest = createSourceDigest(name);
  digest.update(bytes);
  return digest.finish();
}

/** The same for a file that is read as a stream: `update` gets each chunk that is parsed. */
export function createSourceDigest(path: string, name: string = basename(path)) {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    update(chunk: Uint8Array | string): void {
      hash.update(chunk);
      sizeBytes += Buffer.byteLength(chunk);
    },
    finish: (): FileDigest => ({ path: name, sha256: hash.digest('hex'), sizeBytes }),
  };
}
