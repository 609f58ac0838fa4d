// The addon's compiler command and its place in the cache.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { cachedAddonFolder, compilerArguments, findCachedAddon } from '../../scripts/setup/addon.mjs';
import { temporaryFolder } from '../temporary-folder.ts';
import { projectFolder, writeFiles } from './bare-project.ts';

const modules = path.join(projectFolder, 'node_modules');
const tfjs = path.join(modules, '@tensorflow', 'tfjs-node-gpu');

test('the command for g++, with a library folder that has a space and a comma', () => {
  const folder = '/cache/a b,c/tensorflow';
  const expected = [
    ...['-fPIC', '-shared', '-std=c++17', '-DNAPI_VERSION=8', '-O2', '-w'],
    ...['-I', path.join(modules, 'node-api-headers', 'include')],
    ...['-I', path.join(folder, 'include'), '-I', tfjs],
    ...[path.join(tfjs, 'binding', 'tfjs_backend.cc'), path.join(tfjs, 'binding', 'tfjs_binding.cc')],
    ...['-o', '/out/x.node', `-L${folder}`],
    ...['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ...['-Xlinker', '-rpath', '-Xlinker', folder],
  ];
  assert.deepEqual(compilerArguments('linux', folder, '/out/x.node'), expected);
});

test('on macOS symbols are looked up in Node and the libraries have other names', () => {
  const args = compilerArguments('darwin', '/lib', '/out/x.node');
  assert.deepEqual(args.slice(args.indexOf('-L/lib') + 1), [
    ...['-undefined', 'dynamic_lookup', '-ltensorflow_cc.2', '-ltensorflow_framework.2'],
    ...['-Xlinker', '-rpath', '-Xlinker', '/lib'],
  ]);
});

test('another library folder is another place in the cache', async () => {
  const [one, same, other] = await Promise.all(
    ['/x', '/x', '/y'].map((folder) => cachedAddonFolder('/cache', folder)),
  );
  assert.equal(one, same);
  assert.notEqual(one, other);
  assert.match(path.relative('/cache', one ?? ''), /^addons[/\\][0-9a-f]{20}$/);
});

test('only a whole addon is found in the cache', async (context) => {
  const folder = temporaryFolder(context);
  const file = path.join(folder, 'tfjs_binding.node');
  assert.equal(await findCachedAddon(folder), null);
  const sha256 = createHash('sha256').update('addon').digest('hex');
  writeFiles(folder, { 'complete.json': JSON.stringify({ sha256 }) });
  assert.equal(await findCachedAddon(folder), null);
  writeFileSync(file, 'addon');
  assert.equal(await findCachedAddon(folder), file);
  writeFileSync(file, 'addom');
  assert.equal(await findCachedAddon(folder), null);
});
