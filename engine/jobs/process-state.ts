// What the operating system says of a process: whether it lives, since when, and whether it uses the processor.
// Known in full on Linux only; elsewhere the answers are null and nothing may be concluded from them.

import { errorCode } from '../../common/file-troubles.ts';
import { readTextFile } from '../files.ts';

export interface ProcessState {
  /** In ticks since the machine started; tells two processes with the same id apart. */
  startTime: string;
  /** Processor time used so far, all threads, in ticks. */
  processorTicks: number;
  /** Suspended by a signal or a debugger. */
  suspended: boolean;
}

/** The state of a living process; null when it is dead (also where its parent never took notice) or cannot be told. */
export function readProcessState(processId: number): ProcessState | null {
  if (process.platform !== 'linux') return null;
  const text = readTextFile(`/proc/${processId}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return {
    startTime: fields[19] ?? '',
    processorTicks: Number(fields[11]) + Number(fields[12]),
    suspended: fields[0] === 'T' || fields[0] === 't',
  };
}

export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
