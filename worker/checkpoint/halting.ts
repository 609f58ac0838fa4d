// The halting rule that was found for a checkpoint, kept beside its weights: `halting.json`, which a checkpoint may lack.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../common/errors.ts';
import { type StoredHalting, storedHaltingSchema } from '../../common/halting/stored.ts';
import { errorCode, withFileErrors, writeFileAtomic } from '../files.ts';

export const HALTING_FILE = 'halting.json';

/** The rule of the checkpoint in a folder; null where none was chosen. @throws UserError when the file is damaged */
export async function readHalting(folder: string): Promise<StoredHalting | null> {
  const path = join(folder, HALTING_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    return withFileErrors('Cannot read the halting rule of the checkpoint', path, () =>
      Promise.reject(error),
    );
  }
  const parsed = storedHaltingSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new UserError({
    what: 'The halting rule of the checkpoint is damaged',
    where: path,
    found: z.prettifyError(parsed.error).split('\n').slice(0, 2).join(' '),
    expected: 'what `trm halting` writes',
    remedy: 'remove the file, or choose the rule again with `trm halting`',
  });
}

/** Stores the rule as the default of the checkpoint, in place of an earlier one. */
export async function writeHalting(folder: string, halting: StoredHalting): Promise<void> {
  await writeFileAtomic(join(folder, HALTING_FILE), Buffer.from(`${JSON.stringify(halting, null, 2)}\n`));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
