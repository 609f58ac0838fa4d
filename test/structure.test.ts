// The structure of the project: the import table, no cycles, no barrels, telling folder names. The rules are
// data in structure/rules.ts; below, each rule is also shown to catch what it is there for.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { folderRules } from './structure/rules.ts';
import { parseSource, readSources, type Source } from './structure/sources.ts';
import {
  findBadForms,
  findCycles,
  findForbiddenImports,
  findTableDifferences,
} from './structure/violations.ts';

const projectFolder = path.resolve(import.meta.dirname, '..');
const sources = readSources(
  projectFolder,
  folderRules.map(({ folder }) => folder),
);

/** Sources from text: { 'worker/a.ts': 'import …' }. */
function sourcesOf(texts: Record<string, string>): Source[] {
  return Object.entries(texts).map(([file, text]) => parseSource(file, text));
}

describe('this project', () => {
  test('has sources in every folder that the engine, the worker and the set-up need', () => {
    const folders = new Set(sources.map(({ file }) => file.split('/')[0]));
    assert.deepEqual(
      ['common', 'engine', 'scripts', 'test', 'worker'].filter((folder) => !folders.has(folder)),
      [],
    );
  });

  test('imports only what the table allows', () => {
    assert.deepEqual(findForbiddenImports(sources), []);
  });

  test('has no import cycles', () => {
    assert.deepEqual(findCycles(sources), []);
  });

  test('has no barrels, no default exports and no folders named for nothing', () => {
    assert.deepEqual(findBadForms(sources), []);
  });

  test('shows the same table in ARCHITECTURE.md', () => {
    const markdown = readFileSync(path.join(projectFolder, 'ARCHITECTURE.md'), 'utf8');
    assert.deepEqual(findTableDifferences(markdown), []);
  });
});

describe('the rules catch', () => {
  test('an import across folders', () => {
    const found = findForbiddenImports(
      sourcesOf({
        'engine/queue.ts': "import { a } from '../common/a.ts';\nimport { b } from '../worker/b.ts';",
      }),
    );
    assert.deepEqual(found, [
      'engine/queue.ts:2 imports ../worker/b.ts: engine/ may import of the own folders only engine, common. Move what both need to common/, or send it as a message.',
    ]);
  });

  test('a platform that a folder does without, also in a dynamic import and in a type', () => {
    const found = findForbiddenImports(
      sourcesOf({
        'common/a.ts': "import { join } from 'path';\nconst fs = await import('node:fs');",
        'engine/b.ts': "type T = import('@tensorflow/tfjs-core').Tensor;",
        'main/c.ts': "createRequire(import.meta.url)('better-sqlite3');",
        'renderer/C.svelte': "<p>{x}</p>\n<script lang='ts'>\nimport { app } from 'electron';\n</script>",
      }),
    );
    assert.deepEqual(found, [
      'common/a.ts:1 imports path: common/ runs without node; it may use pure. Move this code to a folder that may.',
      'common/a.ts:2 imports node:fs: common/ runs without node; it may use pure. Move this code to a folder that may.',
      'engine/b.ts:1 imports @tensorflow/tfjs-core: engine/ runs without tfjs; it may use pure, node, sqlite. Move this code to a folder that may.',
      'main/c.ts:1 imports better-sqlite3: main/ runs without sqlite; it may use pure, node, electron. Move this code to a folder that may.',
      'renderer/C.svelte:3 imports electron: renderer/ runs without electron; it may use pure, dom. Move this code to a folder that may.',
    ]);
  });

  test('a package that nobody placed', () => {
    assert.deepEqual(findForbiddenImports(sourcesOf({ 'worker/a.ts': "import x from 'left-pad';" })), [
      'worker/a.ts:1 imports left-pad: no platform is named for this package. Add it to packagePlatforms in test/structure/rules.ts.',
    ]);
  });

  test('the boundaries inside worker', () => {
    const found = findForbiddenImports(
      sourcesOf({
        'worker/model/a.ts': "import type { S } from '../train/schedule.ts';\nimport '../capture/graph.ts';",
        'worker/capture/onnx/b.ts':
          "import '../graph.ts';\nimport '../../model/step.ts';\nimport '../../../common/a.ts';",
      }),
    );
    assert.deepEqual(found, [
      'worker/model/a.ts:1 imports ../train/schedule.ts: worker/model/ knows nothing of worker/train/. Pass what it needs as an argument, or move the code that both need.',
      'worker/capture/onnx/b.ts:2 imports ../../model/step.ts: worker/capture/ knows nothing of worker/. Pass what it needs as an argument, or move the code that both need.',
    ]);
  });

  test('a cycle, once, and not one of types alone', () => {
    const found = findCycles(
      sourcesOf({
        'worker/a.ts': "import { b } from './b.ts';",
        'worker/b.ts': "export * from './c/c.ts';",
        'worker/c/c.ts': "const a = await import('../a.ts');\nimport type { D } from './d.ts';",
        'worker/c/d.ts': "import { c } from './c.ts';",
      }),
    );
    assert.deepEqual(found, [
      'worker/a.ts → worker/b.ts → worker/c/c.ts → worker/a.ts: a cycle. Move what they share to a file of its own.',
    ]);
  });

  test('barrels, default exports and empty folder names', () => {
    const found = findBadForms(
      sourcesOf({
        'engine/index.ts': "export { a } from './a.ts';\nexport * from './b.ts';",
        'engine/a.ts': 'export default function a() {}',
        'engine/b.ts': 'const b = 1;\nexport { b as default };',
        'engine/utils/c.ts': 'export const c = 1;',
        'engine/d.ts': "export { a } from './a.ts';\nexport const d = 1;",
      }),
    );
    assert.deepEqual(found, [
      'engine/index.ts only re-exports. Delete it and import from the files themselves.',
      'engine/a.ts has a default export. Give it a name.',
      'engine/b.ts has a default export. Give it a name.',
      'engine/utils/c.ts lies in a folder named utils. Name the folder after what it holds.',
    ]);
  });

  test('a table in ARCHITECTURE.md that differs', () => {
    const rows = ['worker', 'engine', 'main'].map((folder) => `| \`${folder}\` | common | … |`);
    const found = findTableDifferences(
      ['| folder | own folders |', '| common | worker | none |', ...rows].join('\n'),
    );
    assert.deepEqual(found, [
      'ARCHITECTURE.md, row common, own folders: found "worker", expected "common" as in test/structure/rules.ts.',
      'ARCHITECTURE.md, row renderer, own folders: found no row, expected "common" as in test/structure/rules.ts.',
    ]);
  });
});
