// How much memory this process may have: that of the machine, or what a container or `ulimit` leaves of it.

import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

export interface HostLimit {
  memoryBytes: number;
  /** Whether memory counts that is taken and never touched: `ulimit` does so, a container or machine does not. */
  countsReserved: boolean;
}

/** What this process may have. */
export function hostLimit(): HostLimit {
  const ofProcess = Math.min(...processLimits(readLimits()));
  // What `process.constrainedMemory` says where nothing is set is larger than any machine.
  const others = [totalmem(), process.constrainedMemory()].filter((bytes) => bytes > 0);
  return { memoryBytes: Math.min(ofProcess, ...others), countsReserved: ofProcess < Math.min(...others) };
}

/** The soft limits of data and of address space in the text of /proc/self/limits, in bytes; none where unlimited. */
export function processLimits(text: string): number[] {
  return [...text.matchAll(/^Max (?:data size|address space)\s+(\d+)\s.*bytes\s*$/gm)].map((match) =>
    Number(match[1]),
  );
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
