// A real worker with little memory, which it runs out of for real: `ulimit` takes it away from the process.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ErrorDetails, UserError } from '../../../common/errors.ts';
import { type WorkerEvent, workerEventSchema } from '../../../common/jobs.ts';
import { isOutOfMemory } from '../../../worker/train/memory.ts';
import { buildTinyDataset, temporaryFolder, tinyExperiment } from '../tiny-experiment.ts';

const LIMIT_KB = 1_100_000;
/** Only Linux takes memory away from a process that asks for it. */
const limitedTest = process.platform === 'linux' ? test : () => undefined;
const batch = tinyExperiment({ steps: 1, warmupSteps: 1, batchSize: 8192 });
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let datasetFolder: string;

before(async () => {
  folder = await temporaryFolder();
  datasetFolder = await buildTinyDataset(batch, join(folder.path, 'dataset'));
});
after(() => folder[Symbol.asyncDispose]());

interface Ending {
  events: WorkerEvent[];
  error: ErrorDetails | null;
  signal: NodeJS.Signals | null;
  output: string;
}

/** Trains in a worker that may hold so much, to its end. */
async function trainLimited(name: string, force: boolean): Promise<Ending> {
  const runFolder = join(folder.path, name);
  await mkdir(runFolder, { recursive: true });
  const entry = fileURLToPath(new URL('../../../worker/index.ts', import.meta.url));
  const command = `ulimit -d ${LIMIT_KB} && exec "${process.execPath}" "${entry}"`;
  const child = spawn('sh', ['-c', command], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const events: WorkerEvent[] = [];
  let output = '';
  child.stderr?.on('data', (data: Buffer) => {
    output += data.toString();
  });
  const closed = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_code, signal) => resolve(signal));
  });
  child.on('message', (message) => events.push(workerEventSchema.parse(message)));
  const spec = { kind: 'train', runId: name, runFolder, experiment: batch, datasetFolder, force };
  child.send({ type: 'start', spec });
  const signal = await closed;
  const failed = events.find((event) => event.type === 'failed');
  return { events, error: failed?.error ?? null, signal, output };
}

/** Whether parts of the batch would do hangs on what Node and TensorFlow hold here before anything is trained. */
const advice =
  /^(start again: )?set (training\.microBatches=\d+, which works on the batch in parts and gives the same result, or )?training\.batchSize=\d+/;

limitedTest('a training that by far does not fit is refused before it begins', async () => {
  const { error, events } = await trainLimited('refused', false);
  assert.ok(error !== null);
  assert.deepEqual(
    [error.what, error.where, error.expected],
    [
      'The training does not fit the memory of this process',
      'training.batchSize, training.microBatches',
      'an estimate below the memory that there is',
    ],
  );
  assert.match(
    error.found ?? '',
    /^an estimated \d+\.\d GB for training\.batchSize=8192, training\.microBatches=1, where this process has 1\.1 GB$/,
  );
  assert.match(error.remedy ?? '', advice);
  assert.match(error.remedy ?? '', /; --force tries it as it is$/);
  assert.equal(
    events.some((event) => event.type === 'segment'),
    false,
  );
});

limitedTest('with --force it runs out of memory, and it is known what would fit', async () => {
  const { error, events, signal, output } = await trainLimited('forced', true);
  // TensorFlow reports most failed allocations; one in a library below it ends the process, and then the engine tells
  // what the worker left with it.
  if (error === null) {
    assert.ok(signal === 'SIGABRT' || signal === 'SIGTRAP', `${signal}`);
    assert.match(output, /std::bad_alloc|out of memory/i);
  } else {
    assert.equal(error.what, 'Training ran out of the memory of this process in step 1');
    assert.match(error.found ?? '', /; TensorFlow says: .*OOM when allocating tensor/);
    assert.match(error.remedy ?? '', advice);
  }
  const warnings = events.flatMap((event) =>
    event.type === 'log' && event.level === 'warning' ? [event.message] : [],
  );
  assert.match(warnings.join('\n'), /^The training may not fit the memory: /);
  const left = events.flatMap((event) => (event.type === 'memory-advice' ? [event.advice] : []));
  assert.match(left.join('\n'), advice);
});

test('what libraries say when memory runs out', () => {
  const messages = [
    'Session fail to run with error: OOM when allocating tensor with shape[8192,8192] and type float on ' +
      '/job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
    'RESOURCE_EXHAUSTED: Out of memory while trying to allocate 4294967296 bytes.',
    'std::bad_alloc',
    'Array buffer allocation failed',
  ];
  assert.deepEqual(
    messages.map((message) => isOutOfMemory(new Error(message))),
    messages.map(() => true),
  );
  const others = [
    new Error('the disk is full'),
    new UserError({ what: 'OOM when allocating' }),
    'std::bad_alloc',
  ];
  assert.deepEqual(others.map(isOutOfMemory), [false, false, false]);
});
