// Runs a job in a real worker process, as the engine does, and kills it when told to.

import { fork } from 'node:child_process';
import { join } from 'node:path';
import { type JobSpec, type WorkerEvent, workerEventSchema } from '../../common/jobs.ts';

export interface WorkerOutcome {
  events: WorkerEvent[];
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** Runs `spec` to its end; `onEvent` may kill the process or ask it to stop. */
export function runWorker(
  spec: JobSpec,
  onEvent: (event: WorkerEvent, control: { kill(): void; stop(): void }) => void = () => undefined,
  environment: NodeJS.ProcessEnv = {},
): Promise<WorkerOutcome> {
  const child = fork(join(import.meta.dirname, '..', '..', 'worker', 'index.ts'), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, ...environment },
  });
  const control = {
    kill: () => void child.kill('SIGKILL'),
    stop: () => void child.send({ type: 'stop' }),
  };
  const events: WorkerEvent[] = [];
  child.on('message', (message) => {
    const event = workerEventSchema.parse(message);
    events.push(event);
    if (event.type === 'ready') child.send({ type: 'start', spec });
    onEvent(event, control);
  });
  return new Promise((resolve) => {
    child.on('exit', (exitCode, signal) => resolve({ events, exitCode, signal }));
  });
}
