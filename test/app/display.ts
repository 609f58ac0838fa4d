// A display for the windows of the tests: the one there is, else a virtual one of their own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ensureLibraries } from '../../scripts/app/display.mjs';

export interface Display {
  /** To be added to the environment of what shows windows. */
  environment: Record<string, string>;
  close(): void;
}

export async function openDisplay(): Promise<Display> {
  if (process.platform !== 'linux') return { environment: {}, close() {} };
  ensureLibraries();
  if (process.env.DISPLAY) return { environment: { DISPLAY: process.env.DISPLAY }, close() {} };
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2000x1300x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [number] = (await once(server.stdio[3]!, 'data')) as [Buffer];
  return {
    environment: { DISPLAY: `:${String(number).trim()}` },
    close: () => void server.kill(),
  };
}
