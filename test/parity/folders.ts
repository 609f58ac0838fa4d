// Finds golden numbers: a folder of variant folders, or one variant folder.

import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../common/errors.ts';

export interface GoldenFolder {
  name: string;
  folder: string;
}

/** What a variant's folder holds at least; a folder with a manifest alone holds something else. */
const FILES = ['manifest.json', 'weights.safetensors', 'steps.safetensors', 'grads.safetensors'];

/** The variant folders at `path`, by name. @throws UserError when there are none */
export function goldenFolders(path: string): GoldenFolder[] {
  const folder = resolve(path);
  if (isVariant(folder)) return [{ name: basename(folder), folder }];
  const children = existsSync(folder) ? readdirSync(folder).sort() : [];
  const found = children
    .map((name) => ({ name, folder: join(folder, name) }))
    .filter((child) => isVariant(child.folder));
  if (found.length > 0) return found;
  throw new UserError({
    what: 'There are no golden numbers here',
    where: folder,
    found: existsSync(folder) ? 'no folder of a variant' : 'no such folder',
    expected: `a folder with ${FILES.join(', ')}, or a folder of such folders`,
    remedy: 'name a folder laid out as test/golden is',
  });
}

function isVariant(folder: string): boolean {
  return FILES.every((file) => existsSync(join(folder, file)));
}
