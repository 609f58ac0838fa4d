// The engine of the window: the same engine as everywhere, spoken to through the messages of the parent process. When the
// parent goes, jobs that may go on do so, and the process ends with the last.

import { connectEngine } from './index.ts';
import { answerRequest } from './transport/answer.ts';

type EndMode = 'when-idle' | 'after-saving';

const client = await connectEngine({});
let endMode: EndMode = 'when-idle';

client.onEvent((event) => send({ event }));
void client.gone.then(() => process.exit(1));
process.on('message', async (message) => {
  if (isEnd(message)) {
    endMode = message.end;
    if (endMode === 'after-saving') await end();
    return;
  }
  const reply = await answerRequest(client.call, message);
  if (reply !== null) send(reply);
});
process.on('disconnect', () => void end());
// A terminal's Ctrl-C is the shell's to answer.
process.on('SIGINT', () => undefined);
send({ ready: true });

function send(message: object): void {
  if (process.connected) process.send?.(message);
}

function isEnd(message: unknown): message is { end: EndMode } {
  return typeof message === 'object' && message !== null && 'end' in message;
}

async function end(): Promise<void> {
  if (endMode === 'after-saving') await stopJobs();
  if ('whenIdle' in client) await client.whenIdle();
  await client.close();
  process.exit(0);
}

/** What runs is stopped, which saves it; what waits is taken out of the queue. */
async function stopJobs(): Promise<void> {
  const { jobs } = await client.call('engine.status', {});
  await Promise.all(jobs.map(({ id }) => client.call('job.stop', { jobId: id }).catch(() => undefined)));
}
