import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { EngineEvent } from '../../common/api.ts';
import { connectEngine, openEngine } from '../../engine/index.ts';
import { studioPaths } from '../../engine/paths.ts';
import { announcementSchema } from '../../engine/transport/announcement.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { startEngineProcess } from './processes.ts';
import { sampleExperiment } from './samples.ts';
import { openTestEngine, runToEnd, scriptedWorker, waitForEvent } from './studio.ts';

test('a second process attaches to the engine that lives, and uses the same calls and events', async (t) => {
  const home = temporaryFolder(t);
  const other = startEngineProcess(t, home, [sampleExperiment('theirs', 100_000, 'slow')]);
  await other.says('step 5\n');
  assert.equal(await openEngine({ home }), null);
  const client = await connectEngine({ home });
  t.after(() => client.close());
  assert.equal(client.owner, false);
  const status = await client.call('engine.status', {});
  assert.deepEqual([status.processId, status.home], [other.child.pid, home]);

  const past: EngineEvent[] = [];
  client.onEvent((event) => void past.push(event));
  const theirs = status.jobs[0]?.id ?? '';
  await waitForEvent(client, past, (event) =>
    event.type === 'worker' && event.jobId === theirs ? true : undefined,
  );
  const mine = runToEnd(client, () => client.call('run.start', { experiment: sampleExperiment('mine', 12) }));
  await client.call('job.stop', { jobId: theirs });
  const { job, events } = await mine;
  assert.equal(job.status, 'finished');
  const steps = events.filter((event) => event.type === 'worker' && event.event.type === 'metrics');
  assert.equal(steps.length, 12);
  const names = (await client.call('run.list', {})).map(({ name, status }) => [name, status]);
  assert.deepEqual(names, [
    ['mine', 'finished'],
    ['theirs', 'stopped'],
  ]);
  await assert.rejects(client.call('run.show', { run: 'their' }), {
    name: 'UserError',
    message: /^There is no run "their"\n(.*\n)*.*to do: {4}did you mean theirs\?$/,
  });
  await client.close();
  assert.deepEqual((await other.ended).code, 0);
  assert.equal(existsSync(studioPaths(home).announcement), false);
});

test('a client whose engine vanishes is told so', async (t) => {
  const home = temporaryFolder(t);
  const other = startEngineProcess(t, home, [sampleExperiment('theirs', 100_000, 'slow')]);
  await other.says('step 5\n');
  const client = await connectEngine({ home });
  t.after(() => client.close());
  other.child.kill('SIGKILL');
  const expected = 'The engine that this command was attached to has ended';
  assert.equal((await client.gone).message.split('\n')[0], expected);
  await assert.rejects(client.call('run.list', {}), (error: Error) => error.message.startsWith(expected));

  assert.equal(existsSync(studioPaths(home).announcement), true, 'the killed engine left its announcement');
  const next = await connectEngine({ home });
  assert.equal(next.owner, true);
  await next.close();
});

test('the server is for this user and for programs only', async (t) => {
  const engine = await openTestEngine(t);
  await runToEnd(engine, () => engine.call('run.start', { experiment: sampleExperiment('sample', 1) }));
  const file = engine.paths.announcement;
  for (let times = 0; times < 1000 && !existsSync(file); times++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  const { port, token } = announcementSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

  const refused = async (headers: Record<string, string>) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers });
    return await new Promise((resolve) => {
      socket.on('open', () => resolve('open'));
      socket.on('error', (error) => resolve(error.message));
    });
  };
  assert.equal(await refused({}), 'Unexpected server response: 401');
  assert.equal(
    await refused({ authorization: `Bearer ${'0'.repeat(64)}` }),
    'Unexpected server response: 401',
  );
  const fromPage = { authorization: `Bearer ${token}`, origin: 'https://example.org' };
  assert.equal(await refused(fromPage), 'Unexpected server response: 401');
});

test('an announcement that is not one, or of an engine that is gone, is passed over', async (t) => {
  const home = temporaryFolder(t);
  const paths = studioPaths(home);
  for (const text of ['', '{}', '{"port":1,"token":"x","processId":1,"version":"0"}']) {
    writeFileSync(paths.announcement, text);
    const engine = await connectEngine({ home, workerEntry: scriptedWorker });
    assert.equal(engine.owner, true);
    await engine.close();
  }
});
