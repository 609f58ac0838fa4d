// A TRM home in a temporary folder with an engine on the scripted worker, for one test.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EngineEvent, JobRow } from '../../common/api.ts';
import type { EngineClient } from '../../engine/client.ts';
import { type Engine, type EngineOptions, openEngine } from '../../engine/index.ts';
import { type StudioPaths, studioPaths } from '../../engine/paths.ts';
import { openStore, type Store } from '../../engine/store/open.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { sampleExperiment } from './samples.ts';

/** Child processes of one test file, and theirs, compile each module once. */
if (process.env.NODE_COMPILE_CACHE === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'trm-compiled-'));
  process.env.NODE_COMPILE_CACHE = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

export const scriptedWorker = fileURLToPath(new URL('./scripted-worker.ts', import.meta.url));

/** An engine that is closed when the test ends. */
export async function openTestEngine(
  test: TestContext,
  home = temporaryFolder(test),
  limits: EngineOptions['limits'] = {},
): Promise<Engine & { paths: StudioPaths }> {
  const engine = await openEngine({ home, workerEntry: scriptedWorker, limits });
  if (engine === null) throw new Error('another engine has the home open');
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await engine.close();
  };
  test.after(close);
  return { ...engine, close, paths: studioPaths(home) };
}

/** A store without an engine, closed when the test ends. */
export function openTestStore(
  test: TestContext,
  home = temporaryFolder(test),
): { store: Store; paths: StudioPaths } {
  const paths = studioPaths(home);
  const store = openStore(paths);
  test.after(() => store.close());
  return { store, paths };
}

/** Starts a job and waits for its end. Returns its last row and the worker's events, heartbeats left out. */
export async function runToEnd(
  client: EngineClient,
  start: () => Promise<{ jobId: string }>,
): Promise<{ job: JobRow; events: EngineEvent[] }> {
  const events: EngineEvent[] = [];
  const stop = client.onEvent((event) => void events.push(event));
  const { jobId } = await start();
  const isOwn = (event: EngineEvent) => (event.type === 'job' ? event.job.id : event.jobId) === jobId;
  const job = await waitForEvent(client, events, (event) => {
    return event.type === 'job' && event.job.id === jobId && event.job.endedAt !== null
      ? event.job
      : undefined;
  });
  stop();
  return { job, events: events.filter((event) => isOwn(event) && !isNoise(event)) };
}

/** Trains a run named `sample` to its end; `description` tells the scripted worker what to do. */
export async function trainToEnd(client: EngineClient, steps: number, description = '') {
  const experiment = sampleExperiment('sample', steps, description);
  const ended = await runToEnd(client, () => client.call('run.start', { experiment }));
  return { ...ended, runId: String(ended.job.runId) };
}

/** Waits until an event, of those that came already or come, gives something. */
export async function waitForEvent<T>(
  client: EngineClient,
  past: readonly EngineEvent[],
  pick: (event: EngineEvent) => T | undefined,
): Promise<T> {
  for (const event of past) {
    const picked = pick(event);
    if (picked !== undefined) return picked;
  }
  return await new Promise((resolve) => {
    const stop = client.onEvent((event) => {
      const picked = pick(event);
      if (picked === undefined) return;
      stop();
      resolve(picked);
    });
  });
}

function isNoise(event: EngineEvent): boolean {
  return event.type === 'worker' && (event.event.type === 'heartbeat' || event.event.type === 'ready');
}
