import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectMachine } from '../../engine/doctor.ts';

test('the inspection of this machine finds the parts that the engine itself stands on', async () => {
  const { parts } = await inspectMachine();
  const states = parts
    .filter(({ name }) => name === 'Node' || name === 'SQLite')
    .map(({ name, status }) => [name, status]);
  assert.deepEqual(states, [
    ['Node', 'ok'],
    ['SQLite', 'ok'],
  ]);
});
