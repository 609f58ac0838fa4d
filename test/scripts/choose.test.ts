// Which TensorFlow is tried on which machine.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseRuntime } from '../../scripts/setup/choose.mjs';
import type { Machine } from '../../scripts/system/machine.mjs';

const machine: Machine = {
  platform: 'linux',
  arch: 'x64',
  glibc: '2.36',
  pip: { found: { path: '/usr/bin/python3', version: '23.0.1' }, problem: null },
  compiler: { found: { path: '/usr/bin/g++', version: '12.2.0' }, problem: null },
  nvidia: { present: false, evidence: 'no NVIDIA driver was found' },
};
const withGpu: Machine = { ...machine, nvidia: { present: true, evidence: 'GPU 0: NVIDIA H100' } };
const noPip: Machine = { ...machine, pip: { found: null, problem: 'no Python was found in PATH' } };
const noCompiler: Machine = { ...machine, compiler: { found: null, problem: 'no C++ compiler was found' } };
const nothing = { library: false, addon: false };
const nothingCached = { cpu: nothing, gpu: nothing };

const official = { kind: 'official', reason: "TensorFlow's wheel cannot be used here" };
const wasm = { kind: 'wasm', reason: 'no native TensorFlow can be had here' };

test('a plain machine: the wheel for the CPU first', () => {
  assert.deepEqual(chooseRuntime(machine, null, nothingCached), {
    candidates: [{ kind: 'wheel-cpu', reason: 'no NVIDIA driver was found' }, official, wasm],
    declined: [],
  });
});

test('an NVIDIA GPU or --gpu: the wheel with CUDA first', () => {
  const cpu = { kind: 'wheel-cpu', reason: 'the CUDA version cannot be had' };
  assert.deepEqual(chooseRuntime(withGpu, null, nothingCached), {
    candidates: [
      { kind: 'wheel-gpu', reason: 'an NVIDIA GPU is here (GPU 0: NVIDIA H100)' },
      cpu,
      official,
      wasm,
    ],
    declined: [],
  });
  assert.deepEqual(chooseRuntime(machine, 'gpu', nothingCached), {
    candidates: [{ kind: 'wheel-gpu', reason: 'it was asked for with --gpu' }, cpu, official, wasm],
    declined: [],
  });
});

test('--cpu on a machine with a GPU, and --wasm anywhere', () => {
  assert.deepEqual(chooseRuntime(withGpu, 'cpu', nothingCached), {
    candidates: [{ kind: 'wheel-cpu', reason: 'it was asked for with --cpu' }, official, wasm],
    declined: [],
  });
  assert.deepEqual(chooseRuntime(withGpu, 'wasm', nothingCached), {
    candidates: [{ kind: 'wasm', reason: 'it was asked for with --wasm' }],
    declined: [],
  });
});

test('without pip or a compiler the wheel is declined, with the command that mends it', () => {
  assert.deepEqual(chooseRuntime(noPip, null, nothingCached), {
    candidates: [official, wasm],
    declined: [
      {
        kind: 'wheel-cpu',
        reason: 'no Python was found in PATH',
        remedy: 'install Python with pip (Debian, Ubuntu: apt-get install python3-pip)',
      },
    ],
  });
  assert.deepEqual(chooseRuntime(noCompiler, null, nothingCached), {
    candidates: [official, wasm],
    declined: [
      {
        kind: 'wheel-cpu',
        reason: 'no C++ compiler was found',
        remedy: 'install a C++ compiler (Debian, Ubuntu: apt-get install g++)',
      },
    ],
  });
});

test('what the cache holds needs neither pip nor a compiler', () => {
  const neither: Machine = { ...noPip, compiler: noCompiler.compiler };
  const cached = { cpu: { library: true, addon: true }, gpu: nothing };
  const expected = {
    candidates: [{ kind: 'wheel-cpu', reason: 'no NVIDIA driver was found' }, official, wasm],
    declined: [],
  };
  assert.deepEqual(chooseRuntime(neither, null, cached), expected);
  const libraryOnly = chooseRuntime(neither, null, { ...cached, cpu: { library: true, addon: false } });
  assert.deepEqual(
    libraryOnly.declined.map(({ reason }) => reason),
    ['no C++ compiler was found'],
  );
});

test('an old or another C library', () => {
  const wheelReasons = ['2.26', '2.17', '1.99', null, '2.27', '3.0'].map((glibc) =>
    chooseRuntime({ ...machine, glibc }, null, nothingCached).declined.map(
      ({ kind, reason }) => `${kind}: ${reason}`,
    ),
  );
  const needs = 'wheel-cpu: the wheel needs the GNU C library 2.27 or newer and';
  assert.deepEqual(wheelReasons, [
    [`${needs} 2.26 is here`],
    [`${needs} 2.17 is here`],
    [`${needs} 1.99 is here`],
    [
      `${needs} another C library is here`,
      "official: TensorFlow.js's download needs the GNU C library and another one is here",
    ],
    [],
    [],
  ]);
});

test('other platforms', () => {
  const kinds = (platform: NodeJS.Platform, arch: string, requested: 'gpu' | null = null) => {
    const glibc = platform === 'linux' ? '2.36' : null;
    const choice = chooseRuntime({ ...machine, platform, arch, glibc }, requested, nothingCached);
    return choice.candidates.map(({ kind }) => kind);
  };
  assert.deepEqual(kinds('linux', 'arm64'), ['wheel-cpu', 'wasm']);
  assert.deepEqual(kinds('linux', 'arm64', 'gpu'), ['wheel-cpu', 'wasm']);
  assert.deepEqual(kinds('darwin', 'arm64'), ['wheel-cpu', 'wasm']);
  assert.deepEqual(kinds('darwin', 'x64'), ['official', 'wasm']);
  assert.deepEqual(kinds('win32', 'x64'), ['official', 'wasm']);
  assert.deepEqual(kinds('freebsd', 'x64'), ['wasm']);
});
