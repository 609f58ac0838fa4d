// How often the kernel ended a process for want of memory, so that the death of a worker can be told from any other.

import { readTextFile } from '../files.ts';

/** Processes that the kernel's out-of-memory killer ended since the machine started; null where that is not told. */
export function countMemoryKills(file = '/proc/vmstat'): number | null {
  if (process.platform !== 'linux') return null;
  const count = /^oom_kill (\d+)$/m.exec(readTextFile(file) ?? '')?.[1];
  return count === undefined ? null : Number(count);
}
