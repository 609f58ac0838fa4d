// A command's time with the engine: opened when needed, interrupted in order, and kept alive at the end while
// jobs of other terminals still run in it.

import { resolve } from 'node:path';
import type { EngineClient } from '../client.ts';
import { InterruptedError } from './exit-codes.ts';
import { createInterrupts, type Interrupts } from './interrupts.ts';
import { createOutput, type GlobalOptions, type Output } from './output.ts';

export interface Session {
  client: EngineClient;
  output: Output;
  interrupts: Interrupts;
}

/** Runs `action` with an engine, and closes it whatever happens. */
export async function withEngine<T>(
  options: GlobalOptions,
  action: (session: Session) => Promise<T>,
  output: Output = createOutput(options),
): Promise<T> {
  const { connectEngine } = await import('../index.ts');
  const interrupts = createInterrupts();
  const home = options.home === undefined ? undefined : resolve(options.home);
  const client = await connectEngine({ home });
  const session = { client, output, interrupts };
  try {
    return await action(session);
  } finally {
    try {
      if ('whenIdle' in client) await waitForOthers(session, () => client.whenIdle());
    } finally {
      await client.close();
      interrupts.dispose();
    }
  }
}

/** Other terminals' jobs run in this process; ending it would end them. */
async function waitForOthers(
  { client, output, interrupts }: Session,
  whenIdle: () => Promise<void>,
): Promise<void> {
  if (interrupts.launcherGone) return;
  const { jobs } = await client.call('engine.status', {});
  if (jobs.length > 0)
    output.note('Jobs of other terminals still run here; waiting for them (Ctrl-C ends them):');
  for (const job of jobs) output.note(`  ${job.id}  ${job.title}  ${job.status}`);
  const ended = Promise.withResolvers<void>();
  const stop = interrupts.onInterrupt((times) => {
    if (times > 1)
      return ended.reject(new InterruptedError({ what: 'Ended before the jobs of other terminals' }));
    for (const job of jobs) client.call('job.stop', { jobId: job.id }).catch(() => {});
  });
  await Promise.race([whenIdle(), ended.promise]).finally(stop);
}
