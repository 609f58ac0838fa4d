// Limits the memory of a process that is about to start: with a control group where this user may make one, else with
// `ulimit -d` on Linux; other platforms have no way that holds.

import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceFigure } from '../../common/device-figures.ts';

export interface MemoryLimit {
  by: DeviceFigure['memoryLimitedBy'];
  /** The command that runs the given one within the limit. */
  wrap(command: string[]): string[];
  /** Call when the process has ended. */
  done(): Promise<void>;
}

const MEBIBYTE = 2 ** 20;

export const noLimit: MemoryLimit = { by: 'none', wrap: (command) => command, done: async () => {} };

/** @param reserved bytes that the runtime reserves but does not use, which `ulimit` would count; null where not known */
export async function limitMemory(
  memoryMb: number,
  reserved: () => Promise<number | null>,
): Promise<MemoryLimit> {
  const group = await controlGroup(memoryMb * MEBIBYTE);
  if (group !== null) return group;
  const reservedBytes = process.platform === 'linux' ? await reserved() : null;
  if (reservedBytes === null) return noLimit;
  const kilobytes = Math.ceil((memoryMb * MEBIBYTE + reservedBytes) / 1024);
  return {
    by: 'ulimit',
    wrap: (command) => ['sh', '-c', `ulimit -d ${kilobytes} && exec "$@"`, 'sh', ...command],
    done: async () => {},
  };
}

/** A new group of this size, or null where that is not allowed. */
async function controlGroup(bytes: number): Promise<MemoryLimit | null> {
  const place = await groupPlace();
  if (place === null) return null;
  const folder = join(place.folder, `trm-studio-${process.pid}-${Date.now()}`);
  try {
    await mkdir(folder);
    await writeFile(join(folder, place.limitFile), String(bytes));
    return {
      by: 'cgroup',
      wrap: (command) => ['sh', '-c', `echo $$ > "$0/cgroup.procs" && exec "$@"`, folder, ...command],
      // The kernel may hold on to an empty group for a moment.
      done: () => rmdir(folder).catch(() => undefined),
    };
  } catch {
    await rmdir(folder).catch(() => undefined);
    return null;
  }
}

async function groupPlace(): Promise<{ folder: string; limitFile: string } | null> {
  if (process.platform !== 'linux') return null;
  if (existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes')) {
    return { folder: '/sys/fs/cgroup/memory', limitFile: 'memory.limit_in_bytes' };
  }
  if (!existsSync('/sys/fs/cgroup/cgroup.controllers')) return null;
  const own = (await readFile('/proc/self/cgroup', 'utf8')).trim().split('::')[1] ?? '/';
  // A group that holds processes gives its children no memory of their own, so it lies beside that of this process.
  const folder = own === '/' ? '/sys/fs/cgroup' : join('/sys/fs/cgroup', own, '..');
  return { folder, limitFile: 'memory.max' };
}
