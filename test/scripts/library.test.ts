// Unpacking TensorFlow's library from wheels that were already fetched, and noticing any damage to it.

import assert from 'node:assert/strict';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { installLibrary, isCudaRuntime, sweepLeftovers } from '../../scripts/setup/install-library.mjs';
import { absent, libraryFolder, libraryProblem, libraryRoot } from '../../scripts/setup/library.mjs';
import { DownloadError } from '../../scripts/setup/pip.mjs';
import type { WheelSource } from '../../scripts/setup/wheels.mjs';
import { SetupError } from '../../scripts/system/report.mjs';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeFiles } from './bare-project.ts';
import { makeWheel, makeZip } from './zip-writer.ts';

const cc = 'tensorflow/libtensorflow_cc.so.2';

const source: WheelSource = {
  requirement: 'tensorflow==9.9',
  extra: 'and-cuda',
  platforms: ['any'],
  minimumGlibc: null,
  libraries: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
  diskBytes: 1000,
  download: 'a few bytes',
};

const tensorflow = makeWheel(
  'tensorflow-9.9.dist-info',
  {
    'tensorflow/libtensorflow_cc.so.2': 'the library',
    'tensorflow/libtensorflow_framework.so.2': 'the framework',
    'tensorflow/include/tensorflow/c/c_api.h': 'the header',
    'tensorflow/include/tensorflow/c/readme.md': 'no header',
    'tensorflow/include/tensorflow/cc/big.h': 'a header that is not needed',
    'tensorflow/python/big.so': 'not needed',
  },
  'Requires-Dist: nvidia-cublas-cu12<13; extra == "and-cuda"\n\n',
);
const cublas = makeWheel('nvidia_cublas_cu12-12.9.dist-info', {
  'nvidia/cublas/lib/libcublas.so.12': 'cublas',
  'nvidia/cublas/bin/tool': 'tool',
  'nvidia/cublas/include/cublas.h': 'not needed',
});

/** A cache in which the wheels lie as after their download. */
function cacheWith(context: TestContext, wheels: Record<string, Buffer>): string {
  const cache = temporaryFolder(context);
  writeFiles(path.join(cache, 'downloads', path.basename(libraryRoot(cache, 'gpu'))), wheels);
  return cache;
}

const wheels = {
  'tensorflow-9.9-cp312-cp312-any.whl': tensorflow,
  'nvidia_cublas_cu12-12.9-py3-none-any.whl': cublas,
};

/** No python is asked where the wheels are there. */
const install = (cache: string) =>
  installLibrary({ cache, device: 'gpu', python: '/nonexistent/python', source });

/** Every file below a folder with its text, but for the list that the set-up writes. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter(
    (name) => statSync(path.join(folder, name)).isFile() && name !== 'complete.json',
  );
  return Object.fromEntries(
    files.sort().map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
  );
}

test('unpacks what is needed, side by side as in site-packages, and drops the wheels', async (context) => {
  const cache = cacheWith(context, wheels);
  const root = libraryRoot(cache, 'gpu');
  assert.equal(await libraryProblem(root), absent);
  await install(cache);
  assert.deepEqual(contents(root), {
    'nvidia/cublas/bin/tool': 'tool',
    'nvidia/cublas/lib/libcublas.so.12': 'cublas',
    'tensorflow/include/tensorflow/c/c_api.h': 'the header',
    'tensorflow/libtensorflow_cc.so.2': 'the library',
    'tensorflow/libtensorflow_framework.so.2': 'the framework',
  });
  assert.equal(libraryFolder(cache, 'gpu'), path.join(root, 'tensorflow'));
  assert.equal(await libraryProblem(root), null);
  assert.deepEqual(readdirSync(path.join(cache, 'downloads')), []);
  assert.deepEqual(readdirSync(path.join(cache, 'tensorflow')), [path.basename(root)]);
});

test('notices a missing, a truncated and a changed file, and forgives a new date', async (context) => {
  const cache = cacheWith(context, wheels);
  const root = libraryRoot(cache, 'gpu');
  await install(cache);
  const library = path.join(root, 'tensorflow/libtensorflow_cc.so.2');

  const later = new Date(Date.now() + 5000);
  utimesSync(library, later, later);
  const list = readFileSync(path.join(root, 'complete.json'), 'utf8');
  assert.equal(await libraryProblem(root), null);
  assert.notEqual(readFileSync(path.join(root, 'complete.json'), 'utf8'), list);

  writeFileSync(library, 'the lIbrary');
  assert.equal(await libraryProblem(root), `${library} is not what was unpacked`);
  truncateSync(library, 4);
  assert.equal(await libraryProblem(root), `${library} has 4 bytes instead of 11`);
  rmSync(library);
  assert.equal(await libraryProblem(root), `${library} is missing`);
  writeFileSync(path.join(root, 'complete.json'), '{');
  assert.equal(await libraryProblem(root), absent);
});

test('a damaged library is replaced whole', async (context) => {
  const cache = cacheWith(context, wheels);
  const root = libraryRoot(cache, 'gpu');
  writeFiles(root, { 'tensorflow/libtensorflow_cc.so.2': 'old', 'left/over': 'old' });
  await install(cache);
  assert.equal(await libraryProblem(root), null);
  assert.equal(existsSync(path.join(root, 'left')), false);
});

const mainWheel = 'tensorflow-9.9-cp312-cp312-any.whl';
const damagedWheels: Record<string, Buffer> = {
  'cut off': tensorflow.subarray(0, tensorflow.length - 30),
  'with another file than its RECORD says': makeWheel(
    'tensorflow-9.9.dist-info',
    { [cc]: 'the library' },
    '',
    {
      [cc]: 'another',
    },
  ),
  'without one of the libraries': makeWheel('tensorflow-9.9.dist-info', { [cc]: 'the library' }),
  'without a RECORD': makeZip([{ name: cc, content: Buffer.from('the library') }]),
};

for (const [damage, wheel] of Object.entries(damagedWheels)) {
  test(`a wheel ${damage} is fetched again and never put in place`, async (context) => {
    const cache = cacheWith(context, { ...wheels, [mainWheel]: wheel });
    // The damaged wheel is dropped, and then pip is asked, which is not there.
    await assert.rejects(
      install(cache),
      new DownloadError(
        'pip could not download tensorflow==9.9 (it ended with spawn /nonexistent/python ENOENT)',
      ),
    );
    assert.deepEqual(readdirSync(path.join(cache, 'tensorflow')), []);
  });
}

test('too little space is said before anything is fetched', async (context) => {
  const cache = cacheWith(context, wheels);
  const greedy = { ...source, diskBytes: 1e18 };
  await assert.rejects(
    installLibrary({ cache, device: 'gpu', python: '/nonexistent/python', source: greedy }),
    (error) =>
      error instanceof SetupError &&
      error.parts.what === 'There is too little free space for TensorFlow.' &&
      error.parts.where === path.join(cache, 'tensorflow') &&
      error.parts.expected === '1000000000.0 GB while it is unpacked',
  );
});

test('what interrupted set-ups left is swept away', async (context) => {
  const cache = temporaryFolder(context);
  writeFiles(path.join(cache, 'tensorflow'), {
    '2.21.0-cpu-linux-x64.part-123/a': '',
    '2.21.0-cpu-linux-x64.old-7/a': '',
    '2.21.0-gpu-linux-x64/a': '',
  });
  await sweepLeftovers(cache);
  assert.deepEqual(readdirSync(path.join(cache, 'tensorflow')), ['2.21.0-gpu-linux-x64']);
  await sweepLeftovers(path.join(cache, 'nonexistent'));
});

test('of the CUDA wheels only what runs', () => {
  const names = [
    'nvidia/cublas/lib/libcublas.so.12',
    'nvidia/cuda_nvcc/bin/ptxas',
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
    'nvidia/cudnn/include/cudnn.h',
    'nvidia/cuda_runtime/lib/libcudadevrt.a',
    'nvidia/__init__.py',
    'nvidia_cublas_cu12-12.9.dist-info/RECORD',
  ];
  assert.deepEqual(names.filter(isCudaRuntime), names.slice(0, 3));
});
