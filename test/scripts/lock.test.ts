// The lock between processes: held by one at a time, taken over when its owner is gone.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { withLock } from '../../scripts/system/lock.mjs';
import { temporaryFolder } from '../temporary-folder.ts';
import { projectFolder } from './bare-project.ts';

const lockModule = path.join(projectFolder, 'scripts', 'system', 'lock.mjs');

function lockIn(context: TestContext): string {
  return path.join(temporaryFolder(context), 'below', 'setup.lock');
}

/** A process that holds the lock until it is killed. */
async function startHolder(context: TestContext, file: string): Promise<ChildProcess> {
  const code = `import { withLock } from ${JSON.stringify(lockModule)};
    await withLock(${JSON.stringify(file)}, async () => { console.log('held'); await new Promise(() => setInterval(() => {}, 1000)); });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill('SIGKILL'));
  assert.ok(child.stdout);
  await once(child.stdout, 'data');
  return child;
}

test('actions run one after the other, and the lock is gone at the end', async (context) => {
  const file = lockIn(context);
  const order: string[] = [];
  const action = (name: string) => async () => {
    order.push(`${name} begins`);
    await delay(20);
    order.push(`${name} ends`);
    return name;
  };
  const results = await Promise.all(
    ['a', 'b', 'c'].map((name) => withLock(file, action(name), { pollMs: 5 })),
  );
  assert.deepEqual(results, ['a', 'b', 'c']);
  for (const index of [0, 2, 4]) {
    assert.equal(order[index]?.replace('begins', 'ends'), order[index + 1]);
  }
  assert.deepEqual(readdirSync(path.dirname(file)), []);
});

test('an action that fails lets go of the lock', async (context) => {
  const file = lockIn(context);
  await assert.rejects(
    withLock(file, async () => {
      throw new Error('no');
    }),
    new Error('no'),
  );
  assert.equal(existsSync(file), false);
});

test('a lock whose owner was killed is taken over; while it lived we waited and said so', async (context) => {
  const file = lockIn(context);
  const holder = await startHolder(context, file);
  const waitedFor: (number | null)[] = [];
  const taken = withLock(file, async () => JSON.parse(readFileSync(file, 'utf8')).pid, {
    pollMs: 10,
    onWait: (pid) => {
      waitedFor.push(pid);
      holder.kill('SIGKILL');
    },
  });
  assert.equal(await taken, process.pid);
  assert.deepEqual(waitedFor, [holder.pid]);
});

test('a lock of another machine, or half a lock, is taken over when nobody refreshes it', async (context) => {
  const elsewhere = JSON.stringify({ pid: process.pid, host: `${hostname()}-other`, token: 'x' });
  for (const content of [elsewhere, '{"pid":', '[]', '']) {
    const file = path.join(temporaryFolder(context), 'setup.lock');
    writeFileSync(file, content);
    const result = await withLock(file, async () => 'done', { pollMs: 10, unrefreshedMs: 60 });
    assert.equal(result, 'done');
    assert.deepEqual(readdirSync(path.dirname(file)), []);
  }
});

test('of many processes that find a left lock, one at a time gets it', async (context) => {
  const folder = temporaryFolder(context);
  const file = path.join(folder, 'setup.lock');
  const holder = await startHolder(context, file);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const log = path.join(folder, 'log');
  const code = `import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(lockModule)};
    await withLock(${JSON.stringify(file)}, async () => {
      appendFileSync(${JSON.stringify(log)}, '[');
      await new Promise((resolve) => setTimeout(resolve, 30));
      appendFileSync(${JSON.stringify(log)}, ']');
    }, { pollMs: 5 });`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
  assert.deepEqual(codes, [0, 0, 0, 0]);
  assert.equal(readFileSync(log, 'utf8'), '[][][][]');
});
