// An nvidia-smi that is a shell script: a real process with the real program's output, for machines without a GPU.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Two GPUs, the second of them divided, as `nvidia-smi -L` lists them. */
export const twoGpus = [
  'GPU 0: NVIDIA GeForce RTX 4090 (UUID: GPU-1f6a3c52-0b7e-4d1a-9a51-3a0c1f0f8d10)',
  'GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-7c2d9e84-55aa-4d0e-8f3b-9d1e6b7a2c33)',
  '  MIG 3g.20gb     Device  0: (UUID: MIG-0b1c2d3e-aaaa-5bbb-8ccc-111122223333)',
  '  MIG 1g.5gb      Device  1: (UUID: MIG-4f5a6b7c-dddd-5eee-9fff-444455556666)',
].join('\n');

export const firstUuid = 'GPU-1f6a3c52-0b7e-4d1a-9a51-3a0c1f0f8d10';
export const secondUuid = 'GPU-7c2d9e84-55aa-4d0e-8f3b-9d1e6b7a2c33';

/**
 * Puts it first in PATH until the test ends. Asked in a loop it prints `cells` (from uuid on) again and again, each time
 * a second later by its own clock; asked once, one line.
 */
export function placeFakeNvidiaSmi(test: TestContext, list: string, cells: string, exitCode = 0): void {
  const folder = temporaryFolder(test);
  writeFileSync(join(folder, 'list'), list === '' ? '' : `${list}\n`);
  const script = [
    '#!/bin/sh',
    `if [ "$1" = -L ]; then cat '${folder}/list'; exit ${exitCode}; fi`,
    'second=0',
    'while [ $second -lt 60 ]; do',
    `  printf '2026/11/23 22:58:%02d.500, 0, %s\\n' $second '${cells}'`,
    '  case "$*" in *--loop-ms=*) ;; *) exit 0 ;; esac',
    '  second=$((second + 1))',
    '  sleep 0.05',
    'done',
  ];
  writeFileSync(join(folder, 'nvidia-smi'), `${script.join('\n')}\n`, { mode: 0o755 });
  replaceVariable(test, 'PATH', `${folder}:${process.env.PATH}`);
}

/** Sets a variable of this process until the test ends. */
export function replaceVariable(test: TestContext, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  test.after(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}
