import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openProcessorEnergy } from '../../../worker/telemetry/processor-energy.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const RANGE = 262_143_328_850;

function writeZone(root: string, folder: string, name: string, microjoules: number): void {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, 'name'), `${name}\n`);
  writeFileSync(join(root, folder, 'max_energy_range_uj'), `${RANGE}\n`);
  writeFileSync(join(root, folder, 'energy_uj'), `${microjoules}\n`);
}

test('packages and their memory count once; cores, the platform and the second interface do not', (t) => {
  const root = temporaryFolder(t);
  const zones = [
    ['intel-rapl:0', 'package-0'],
    ['intel-rapl:0:0', 'core'],
    ['intel-rapl:0:1', 'dram'],
    ['intel-rapl:1', 'package-1'],
    ['intel-rapl:2', 'psys'],
    ['intel-rapl-mmio:0', 'package-0'],
  ] as const;
  for (const [folder, name] of zones) writeZone(root, folder, name, 5_000_000);
  const energy = openProcessorEnergy(root);
  for (const [folder, name] of zones) writeZone(root, folder, name, 7_000_000);
  assert.deepEqual([energy?.read(), energy?.read()], [6, 0]);
});

test('a counter that began again counts on', (t) => {
  const root = temporaryFolder(t);
  writeZone(root, 'intel-rapl:0', 'package-0', RANGE - 1_000_000);
  const energy = openProcessorEnergy(root);
  writeZone(root, 'intel-rapl:0', 'package-0', 2_000_000);
  assert.equal(energy?.read(), 3);
});

test('a counter that goes away counts nothing more', (t) => {
  const root = temporaryFolder(t);
  writeZone(root, 'intel-rapl:0', 'package-0', 1);
  const energy = openProcessorEnergy(root);
  rmSync(join(root, 'intel-rapl:0'), { recursive: true });
  assert.equal(energy?.read(), 0);
});

test('without counters, or without the right to read them, there is none', (t) => {
  const root = temporaryFolder(t);
  assert.equal(openProcessorEnergy(join(root, 'none')), null);
  assert.equal(openProcessorEnergy(root), null);
  writeZone(root, 'intel-rapl:0', 'package-0', 1);
  rmSync(join(root, 'intel-rapl:0', 'energy_uj'));
  // A folder in its place cannot be read either, not even by root.
  mkdirSync(join(root, 'intel-rapl:0', 'energy_uj'));
  assert.equal(openProcessorEnergy(root), null);
});
