// The engine: the one writer of a TRM home. `openEngine` is the engine itself; `connectEngine` gives a client of
// it, attached to the engine that already runs where there is one.

import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineEvent } from '../common/api.ts';
import type { EngineClient } from './client.ts';
import { FailureError } from './failure.ts';
import { makeFolder } from './files.ts';
import { dispatch, type EngineContext } from './handlers.ts';
import type { JobLimits } from './jobs/limits.ts';
import { acquireLock, type EngineLock } from './lock.ts';
import { homeFolder, type StudioPaths, studioPaths, workerEntry } from './paths.ts';
import { createQueue } from './queue.ts';
import { reconcile } from './reconcile.ts';
import { explainDatabaseError } from './store/database-errors.ts';
import { openStore, type Store } from './store/open.ts';
import type { EngineServer } from './transport/server.ts';
import { appVersion } from './version.ts';

export interface EngineOptions {
  home?: string | undefined;
  /** Path of the worker's entry file, for tests of the engine alone. */
  workerEntry?: string | undefined;
  limits?: Partial<JobLimits> | undefined;
}

/** The engine in this process. Closing it ends its workers at once. */
export interface Engine extends EngineClient {
  readonly owner: true;
  /** Resolves when nothing is queued or running, and attached clients have been silent for a moment. */
  whenIdle(): Promise<void>;
}

/** How long attached clients must be silent before the engine may end: one may be between two jobs. */
const silenceMs = 2000;

/** How long a command waits for an engine that just ends, or has begun and does not serve yet. */
const attachWithinMs = 10_000;

/**
 * Opens the engine of a home, or returns null when another process has it open.
 * @throws FailureError when the store cannot be used
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine | null> {
  const paths = studioPaths(options.home ?? homeFolder());
  makeFolder(paths.home);
  const lock = acquireLock(paths.lock);
  if (lock === null) return null;
  let store: Store | undefined;
  try {
    store = openStore(paths);
    await reconcile(store);
    return createEngine(options, paths, store, lock);
  } catch (error) {
    store?.close();
    lock.release();
    throw explainDatabaseError(error, paths.database);
  }
}

/**
 * A client of the engine of a home: the engine itself when no other process runs it.
 * @throws FailureError when the store cannot be used, or another process holds it without answering
 */
export async function connectEngine(options: EngineOptions = {}): Promise<Engine | EngineClient> {
  const paths = studioPaths(options.home ?? homeFolder());
  for (let waitedMs = 0; waitedMs <= attachWithinMs; waitedMs += 100) {
    const engine = await openEngine(options);
    if (engine !== null) return engine;
    const { attachToEngine } = await import('./transport/remote-client.ts');
    const client = await attachToEngine(paths.announcement, appVersion());
    if (client !== null) return client;
    await sleep(100);
  }
  throw new FailureError({
    what: 'Another engine uses this TRM home, and it does not answer',
    where: paths.home,
    expected: `an answer within ${attachWithinMs / 1000} s`,
    remedy: 'end that process, or use another folder with --home',
  });
}

function createEngine(options: EngineOptions, paths: StudioPaths, store: Store, lock: EngineLock): Engine {
  const listeners = new Set<(event: EngineEvent) => void>();
  const emit = (event: EngineEvent) => {
    for (const listener of [...listeners]) tell(listener, event);
  };
  const queue = createQueue({
    store,
    paths,
    workerEntry: options.workerEntry ?? workerEntry,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    emit,
  });
  const context: EngineContext = { store, paths, queue, version: appVersion() };
  const onEvent = (listener: (event: EngineEvent) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const call: EngineClient['call'] = (name, input) => dispatch(context, name, input);
  const server = serveFromFirstJob({ version: context.version, call, onEvent }, paths);

  return {
    owner: true,
    gone: new Promise(() => {}),
    call,
    onEvent,
    async whenIdle() {
      do await queue.whenIdle();
      while (await server.isUsedWithin(silenceMs));
    },
    async close() {
      await queue.close();
      await server.close();
      store.close();
      lock.release();
    },
  };
}

/** A fault in a listener is the listener's own: it must not fail the job that the event is about. */
function tell(listener: (event: EngineEvent) => void, event: EngineEvent): void {
  try {
    listener(event);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** A command that only asks is done before anybody could attach; one with a job serves other terminals meanwhile. */
function serveFromFirstJob(
  engine: { version: string } & Pick<Engine, 'call' | 'onEvent'>,
  paths: StudioPaths,
) {
  let serving: Promise<EngineServer> | undefined;
  engine.onEvent((event) => {
    if (event.type !== 'job' || serving !== undefined) return;
    serving = import('./transport/server.ts').then(({ serveEngine }) =>
      serveEngine(engine, paths.announcement),
    );
    // Without it only other terminals are worse off, and they say so.
    serving.catch(() => {});
  });
  const server = async () => await serving?.catch(() => undefined);
  return {
    isUsedWithin: async (milliseconds: number) =>
      (await (await server())?.isUsedWithin(milliseconds)) ?? false,
    close: async () => await (await server())?.close(),
  };
}
