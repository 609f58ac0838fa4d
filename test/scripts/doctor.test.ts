// The doctor on this installation, and on a copy of the project that has nothing.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { formatParts } from '../../scripts/doctor/print.mjs';
import { inspect } from '../../scripts/doctor.mjs';
import { temporaryFolder } from '../temporary-folder.ts';
import { bareProject, projectFolder, runScript } from './bare-project.ts';

const names = [
  'Node',
  'npm packages',
  'Python with pip',
  'C++ compiler',
  'CUDA and GPU',
  'Energy counters',
  'TensorFlow library',
  'TensorFlow addon',
  'Fused layers',
  'WebAssembly fallback',
  'ONNX Runtime',
  'SQLite',
  'Electron',
  'Cache folder',
  'Data folder',
];

test('this installation works, part by part', async () => {
  const { parts, ok } = await inspect();
  assert.deepEqual(
    parts.map(({ name }) => name),
    names,
  );
  assert.deepEqual(
    parts.filter(({ status }) => status === 'missing'),
    [],
  );
  assert.equal(ok, true);
  const versions = new Map(parts.map(({ name, version }) => [name, version]));
  assert.match(versions.get('Node') ?? '', /^2[4-9]\.\d+\.\d+$/);
  assert.match(versions.get('SQLite') ?? '', /^3\.\d+\.\d+$/);
  assert.match(parts.find(({ name }) => name === 'ONNX Runtime')?.detail ?? '', /^providers: cpu/);
});

test('without packages it names what is missing and how to mend it, and ends with 1', async (context) => {
  const project = bareProject(context);
  const home = temporaryFolder(context);
  const env = { TRM_CACHE: path.join(home, 'cache'), TRM_HOME: path.join(home, 'data'), PATH: home };
  const ended = await runScript(project, 'doctor.mjs', ['--json'], env);
  assert.deepEqual([ended.code, ended.stderr], [1, '']);
  const report: { parts: { name: string; status: string; remedy: string | null }[]; ok: boolean } =
    JSON.parse(ended.stdout);
  assert.equal(report.ok, false);
  const setup = 'npm run setup';
  const shown = report.parts.filter(({ status }) => status !== 'ok');
  assert.deepEqual(
    shown.map(({ name, status, remedy }) => [name, status, remedy]),
    [
      ['npm packages', 'missing', setup],
      ['Python with pip', 'warning', 'install Python with pip (Debian, Ubuntu: apt-get install python3-pip)'],
      ['C++ compiler', 'warning', 'install a C++ compiler (Debian, Ubuntu: apt-get install g++)'],
      ['TensorFlow library', 'missing', setup],
      ['TensorFlow addon', 'missing', setup],
      ['WebAssembly fallback', 'missing', setup],
      ['ONNX Runtime', 'missing', setup],
      ['SQLite', 'missing', setup],
    ].filter(
      ([name]) => process.platform === 'linux' || !['Python with pip', 'C++ compiler'].includes(name ?? ''),
    ),
  );
});

test('a data folder that cannot be is missing', async (context) => {
  const home = temporaryFolder(context);
  writeFileSync(path.join(home, 'file'), '');
  const env = { TRM_HOME: path.join(home, 'file', 'data') };
  const { code, stdout } = await runScript(projectFolder, 'doctor.mjs', ['--json'], env);
  const { parts }: { parts: { name: string }[] } = JSON.parse(stdout);
  assert.deepEqual(
    [code, parts.find(({ name }) => name === 'Data folder')],
    [
      1,
      {
        name: 'Data folder',
        status: 'missing',
        version: null,
        origin: null,
        detail: `${env.TRM_HOME} cannot be written`,
        remedy: 'make it writable, or name another folder with the variable TRM_HOME',
      },
    ],
  );
});

test('the list is aligned, with what to do below a part', () => {
  const empty = { version: null, origin: null, detail: null, remedy: null };
  const text = formatParts({
    ok: false,
    parts: [
      { ...empty, name: 'Node', status: 'ok', version: '24.21.0', origin: 'npm package', detail: 'bin/node' },
      { ...empty, name: 'SQLite', status: 'missing', detail: 'gone', remedy: 'npm run setup' },
      { ...empty, name: 'Electron', status: 'ok' },
    ],
  });
  assert.equal(
    text,
    [
      'ok       Node      24.21.0  npm package',
      '                            bin/node',
      'missing  SQLite    -        gone',
      '                            to do: npm run setup',
      'ok       Electron  -',
      '',
      '1 needed part is missing.',
      '',
    ].join('\n'),
  );
});

test('an unknown flag', async (context) => {
  const { code, stderr } = await runScript(bareProject(context), 'doctor.mjs', ['--jsn']);
  assert.equal(code, 1);
  assert.equal(stderr.split('\n')[0], 'trm doctor does not know --jsn.');
});
