// An engine in a process of its own, for tests that kill it or attach to it: opens the home given as the first
// argument, starts the runs that the other arguments describe as JSON, and says when each step is recorded.

import { experimentSchema } from '../../common/config/experiment.ts';
import { openEngine } from '../../engine/index.ts';
import { scriptedWorker } from './studio.ts';

const [home, ...experiments] = process.argv.slice(2);
const engine = await openEngine({ home, workerEntry: scriptedWorker });
if (engine === null) throw new Error('another engine has the home open');
engine.onEvent((event) => {
  if (event.type === 'worker' && event.event.type === 'metrics') {
    process.stdout.write(`step ${event.event.metrics.at(-1)?.step}\n`);
  }
});
for (const text of experiments) {
  await engine.call('run.start', { experiment: experimentSchema.parse(JSON.parse(text)) });
}
await engine.whenIdle();
await engine.close();
