// Puts whole folders in place atomically: everything is written into a hidden sibling, flushed, then renamed.
// Siblings that a dead process left behind are cleaned up, and a replaced folder is kept until the new one stands.

import { readFileSync } from 'node:fs';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../common/errors.ts';
import { errorCode, flushFolder, randomTag, withFileErrors } from './files.ts';

/** Siblings that this process is working on. */
const activeSiblings = new Set<string>();

/**
 * Runs `fill` on an empty temporary folder beside `target` and then puts that folder in place of `target`.
 * When `fill` fails or is cancelled, the temporary folder is removed and `target` stays as it was.
 * `what` names the thing in messages, for example `dataset`.
 * @throws UserError when `target` exists and `replace` is false, or on file system trouble.
 */
export async function writeFolderAtomic<T>(
  target: string,
  options: { what: string; replace: boolean },
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const { what, replace } = options;
  return await withFileErrors(`Cannot write the ${what}`, target, async () => {
    await mkdir(dirname(target), { recursive: true });
    await cleanStaleSiblings(target);
    if (!replace && (await exists(target))) throw alreadyExists(what, target);
    return await withTemporarySibling(target, async (partial) => {
      const result = await fill(partial);
      await flushFolders(partial);
      await putInPlace(partial, target, what, replace);
      return result;
    });
  });
}

/**
 * Runs `action` on an empty hidden folder beside `target`, on the same disk, and removes it afterwards unless the action
 * moved it. What a process that died leaves is removed when `target` is written next.
 */
export async function withTemporarySibling<T>(
  target: string,
  action: (folder: string) => Promise<T>,
): Promise<T> {
  const partial = siblingName(target, 'partial');
  activeSiblings.add(basename(partial));
  try {
    await mkdir(partial);
    return await action(partial);
  } finally {
    await rm(partial, { recursive: true, force: true });
    activeSiblings.delete(basename(partial));
  }
}

async function putInPlace(partial: string, target: string, what: string, replace: boolean): Promise<void> {
  const replaced = siblingName(target, 'replaced');
  const replacing = replace && (await exists(target));
  activeSiblings.add(basename(replaced));
  if (replacing) await rename(target, replaced);
  try {
    await rename(partial, target);
  } catch (error) {
    if (replacing) await rename(replaced, target);
    const occupied =
      ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(errorCode(error) ?? '') && (await exists(target));
    throw occupied ? alreadyExists(what, target) : error;
  } finally {
    activeSiblings.delete(basename(replaced));
  }
  await flushFolder(dirname(target));
  if (replacing) await rm(replaced, { recursive: true, force: true });
}

/**
 * Removes what dead processes left beside `target`. Where one died between the two renames of a replacement,
 * the old folder is put back.
 */
export async function cleanStaleSiblings(target: string): Promise<void> {
  const parent = dirname(target);
  for (const name of await readdir(parent)) {
    const sibling = parseSibling(name);
    if (sibling === undefined || sibling.target !== basename(target) || isInUse(name, sibling)) continue;
    if (sibling.role === 'replaced' && !(await exists(target))) await rename(join(parent, name), target);
    else await rm(join(parent, name), { recursive: true, force: true });
  }
}

interface Sibling {
  role: 'partial' | 'replaced';
  processId: number;
  startTime: string;
  target: string;
}

function siblingName(target: string, role: Sibling['role']): string {
  const owner = `${process.pid}-${processStartTime(process.pid)}`;
  return join(dirname(target), `.${role}-${owner}-${randomTag()}-${basename(target)}`);
}

function parseSibling(name: string): Sibling | undefined {
  const match = /^\.(partial|replaced)-(\d+)-(\d+)-[0-9a-f]{8}-(.+)$/.exec(name);
  if (match === null) return undefined;
  const [, role, processId, startTime = '', target = ''] = match;
  return {
    role: role === 'partial' ? 'partial' : 'replaced',
    processId: Number(processId),
    startTime,
    target,
  };
}

function isInUse(name: string, { processId, startTime }: Sibling): boolean {
  if (processId === process.pid) return activeSiblings.has(name);
  try {
    process.kill(processId, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  return processStartTime(processId) === startTime;
}

/** When a process started, in clock ticks since the boot, on Linux; '0' elsewhere. Tells reused process ids apart. */
function processStartTime(processId: number): string {
  if (process.platform !== 'linux') return '0';
  try {
    const status = readFileSync(`/proc/${processId}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}

async function flushFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await flushFolders(join(folder, entry.name));
  }
  await flushFolder(folder);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function alreadyExists(what: string, target: string): UserError {
  return new UserError({
    what: `The ${what} exists already`,
    where: target,
    expected: 'a name that is not taken',
    remedy: 'choose another name, or ask for the old one to be replaced',
  });
}
