import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { endingAfterDeath } from '../../../engine/jobs/endings.ts';
import { countMemoryKills } from '../../../engine/jobs/memory-kills.ts';
import type { Job } from '../../../engine/store/jobs.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const advice = 'set training.microBatches=4, which works on the batch in parts and gives the same result';

function jobWithLog(logFile: string): Job {
  return {
    id: 'job',
    kind: 'train',
    title: 'Train sample',
    status: 'running',
    runId: 'run',
    createdAt: '',
    startedAt: '',
    endedAt: null,
    error: null,
    result: null,
    logFile,
    worker: null,
    dependsOn: null,
  };
}

test("the kernel's count of processes ended for want of memory", (t) => {
  const file = join(temporaryFolder(t), 'vmstat');
  writeFileSync(file, 'nr_free_pages 5958400\noom_kill 3\nnuma_hit 12\n');
  const linux = process.platform === 'linux';
  assert.equal(countMemoryKills(file), linux ? 3 : null);
  assert.equal(countMemoryKills(`${file}-none`), null);
});

test('a worker that the kernel or its own allocator ended ran out of memory', (t) => {
  const logFile = join(temporaryFolder(t), 'worker.log');
  writeFileSync(logFile, "terminate called after throwing an instance of 'std::bad_alloc'\n");
  const aborted = { code: null, signal: 'SIGABRT', startError: null } as const;
  assert.deepEqual(endingAfterDeath(jobWithLog(logFile), aborted, { advice, killed: false }), {
    status: 'interrupted',
    error: {
      what: 'The worker process ran out of memory, and was ended',
      where: logFile,
      found:
        "signal SIGABRT; its last output:\n    terminate called after throwing an instance of 'std::bad_alloc'",
      remedy: `start again: ${advice}`,
    },
  });
  writeFileSync(logFile, '');
  const killed = { code: null, signal: 'SIGKILL', startError: null } as const;
  const ending = endingAfterDeath(jobWithLog(logFile), killed, { advice: null, killed: true });
  assert.deepEqual(ending.error, {
    what: 'The worker process ran out of memory, and was ended',
    where: logFile,
    found: 'signal SIGKILL',
    remedy: 'end other programs, or start again with a smaller batch; trm estimate says what a config needs',
  });
});

test('a worker that was killed for an unknown reason may have run out of memory', (t) => {
  const logFile = join(temporaryFolder(t), 'worker.log');
  const killed = { code: null, signal: 'SIGKILL', startError: null } as const;
  const ending = endingAfterDeath(jobWithLog(logFile), killed, { advice, killed: false });
  assert.equal(ending.error?.remedy, `the system may have run out of memory (${advice}); trm resume run`);
});
