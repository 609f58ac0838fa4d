// The append-only record of a run. Lines reach the operating system as they are written, and the disk before a
// checkpoint that rests on them is put in place.

import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import type { RunEvent } from '../../common/jobs.ts';
import { withFileErrorsSync } from '../files.ts';

export interface EventLog {
  append(event: RunEvent): void;
  /** Waits until all lines are on the disk. */
  flush(): void;
  close(): void;
}

/** Opens (or begins) the log at `path`; a line that a killed process left unfinished is closed first. */
export function openEventLog(path: string): EventLog {
  const attempt = <T>(action: () => T): T =>
    withFileErrorsSync('Cannot write the log of the run', path, action);
  const file = attempt(() => openSync(path, 'a+'));
  attempt(() => {
    if (endsUnfinished(file)) writeSync(file, '\n');
  });
  return {
    append: (event) => attempt(() => writeWhole(file, `${JSON.stringify(event)}\n`)),
    flush: () => attempt(() => fsyncSync(file)),
    close: () => closeSync(file),
  };
}

/** The number of the last segment in the log at `path`, 0 when there is none. */
export function lastSegment(path: string): number {
  if (!existsSync(path)) return 0;
  const text = withFileErrorsSync('Cannot read the log of the run', path, () => readFileSync(path, 'utf8'));
  const segments = text.matchAll(/^\{"type":"segment","segment":(\d+)/gm);
  return Math.max(0, ...[...segments].map((match) => Number(match[1])));
}

function endsUnfinished(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last.toString() !== '\n';
}

function writeWhole(file: number, line: string): void {
  const bytes = Buffer.from(line);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
