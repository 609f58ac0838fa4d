// Reads GPUs through one nvidia-smi that stays open and prints a line a GPU and interval. Times are its own, so that
// lines that arrive late still count for when they were measured.

import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** One GPU at one moment; null is what it does not tell. */
export interface GpuReading {
  /** On nvidia-smi's clock. */
  timeMs: number;
  index: number;
  uuid: string;
  name: string;
  /** 0 to 1. */
  utilisation: number | null;
  memoryUsedBytes: number | null;
  memoryTotalBytes: number | null;
  temperatureCelsius: number | null;
  powerWatts: number | null;
}

const FIELDS = [
  'timestamp',
  'index',
  'uuid',
  'name',
  'utilization.gpu',
  'memory.used',
  'memory.total',
  'temperature.gpu',
  'power.draw',
];
const TIME = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?$/;
const MIB = 2 ** 20;

/** A line of nvidia-smi's CSV without units, or null where it is none, such as a message. */
export function parseGpuReading(line: string): GpuReading | null {
  const cells = line.split(',').map((cell) => cell.trim());
  const [time = '', index = '', uuid = ''] = cells;
  // A name may hold commas; what follows it are numbers.
  const numbers = cells.slice(-5).map(parseValue);
  const timeMs = parseTime(time);
  if (cells.length < FIELDS.length || timeMs === null || !/^\d+$/.test(index)) return null;
  const [utilisation = null, used = null, total = null, temperatureCelsius = null, powerWatts = null] =
    numbers;
  return {
    timeMs,
    index: Number(index),
    uuid,
    name: cells.slice(3, -5).join(', '),
    utilisation: utilisation === null ? null : utilisation / 100,
    memoryUsedBytes: used === null ? null : used * MIB,
    memoryTotalBytes: total === null ? null : total * MIB,
    temperatureCelsius,
    powerWatts,
  };
}

/** `[N/A]`, `[Not Supported]`, `[Unknown Error]` and the like are null. */
function parseValue(cell: string): number | null {
  return /^\d+(\.\d+)?$/.test(cell) ? Number(cell) : null;
}

function parseTime(text: string): number | null {
  const parts = TIME.exec(text)?.slice(1);
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) =>
    Number(part ?? 0),
  );
  const milliseconds = Number((parts[6] ?? '0').padEnd(3, '0'));
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
}

/**
 * Calls `onReading` for every line until it is closed. Ends silently where nvidia-smi is missing or ends.
 * @param gpu the uuid of the one GPU that counts; null takes all
 */
export function readGpus(
  gpu: string | null,
  everyMs: number,
  onReading: (reading: GpuReading) => void,
): { close(): void } {
  const query = [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits', `--loop-ms=${everyMs}`];
  const only = gpu === null ? [] : [`--id=${gpu}`];
  const child = spawn('nvidia-smi', [...query, ...only], {
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  });
  child.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reading = parseGpuReading(line);
    if (reading !== null) onReading(reading);
  });
  return { close: () => void child.kill() };
}

/** How much memory a GPU has; null where it, or nvidia-smi, does not tell. */
export function readGpuMemory(gpu: string): Promise<number | null> {
  const query = [`--query-gpu=${FIELDS.join(',')}`, '--format=csv,noheader,nounits', `--id=${gpu}`];
  return new Promise((resolve) => {
    execFile('nvidia-smi', query, { timeout: 20_000, windowsHide: true }, (_error, stdout) =>
      resolve(parseGpuReading(stdout.split('\n')[0] ?? '')?.memoryTotalBytes ?? null),
    );
  });
}
