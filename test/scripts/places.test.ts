// Where the cache and the data lie on each platform.

import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { homeFolder } from '../../engine/paths.ts';
import { cacheFolder, dataFolder } from '../../scripts/system/places.mjs';

const home = path.resolve('/home/ada');
const folders = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv) => [
  cacheFolder({ platform, env, home }),
  dataFolder({ platform, env, home }),
];
const below = (...parts: string[]) => path.join(home, ...parts);

test('the usual places of each platform', () => {
  assert.deepEqual(folders('linux', {}), [
    below('.cache', 'trm-studio'),
    below('.local', 'share', 'trm-studio'),
  ]);
  assert.deepEqual(folders('darwin', {}), [
    below('Library', 'Caches', 'trm-studio'),
    below('Library', 'Application Support', 'trm-studio'),
  ]);
  assert.deepEqual(folders('win32', {}), [
    below('AppData', 'Local', 'trm-studio', 'Cache'),
    below('AppData', 'Roaming', 'trm-studio'),
  ]);
});

test('variables name other places, our own before the common ones', () => {
  const common = { XDG_CACHE_HOME: below('c'), XDG_DATA_HOME: below('d') };
  const own = { TRM_CACHE: below('own-c'), TRM_HOME: below('own-d') };
  const windows = { LOCALAPPDATA: below('l'), APPDATA: below('r') };
  assert.deepEqual(folders('linux', common), [below('c', 'trm-studio'), below('d', 'trm-studio')]);
  assert.deepEqual(folders('win32', windows), [below('l', 'trm-studio', 'Cache'), below('r', 'trm-studio')]);
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    assert.deepEqual(folders(platform, { ...common, ...windows, ...own }), [below('own-c'), below('own-d')]);
  }
  assert.deepEqual(folders('linux', { TRM_CACHE: 'c', TRM_HOME: 'd' }), [
    path.resolve('c'),
    path.resolve('d'),
  ]);
});

test('the engine finds its data in the same place', () => {
  const environments = [
    {},
    { TRM_HOME: 'x' },
    { XDG_DATA_HOME: below('d') },
    { XDG_DATA_HOME: 'relative' },
    { XDG_DATA_HOME: '' },
  ];
  for (const env of environments) {
    assert.equal(dataFolder({ platform: process.platform, env, home: homedir() }), homeFolder(env));
  }
});
