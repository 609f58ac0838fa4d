import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { studioPaths } from '../../../engine/paths.ts';
import { migrate } from '../../../engine/store/migrate.ts';
import { migrations } from '../../../engine/store/migrations.ts';
import { openStore } from '../../../engine/store/open.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { sampleEvaluation } from '../samples.ts';

const first = { version: 1, statements: 'CREATE TABLE things (name TEXT PRIMARY KEY) STRICT' };
const second = {
  version: 2,
  statements:
    "ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'; UPDATE things SET colour = 'red'",
};
const broken = {
  version: 3,
  statements: 'CREATE TABLE more (name TEXT) STRICT; CREATE TABLE things (name TEXT)',
};

test('versions count from 1 without gaps', () => {
  assert.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, index) => index + 1),
  );
});

test('migrations keep the data, and the database as it was before', (t) => {
  const file = join(temporaryFolder(t), 'studio.db');
  const database = new Database(file);
  migrate(database, [first]);
  database.exec("INSERT INTO things VALUES ('apple')");
  migrate(database, [first, second]);
  migrate(database, [first, second]);
  assert.deepEqual(database.prepare('SELECT * FROM things').all(), [{ name: 'apple', colour: 'red' }]);
  assert.equal(database.pragma('user_version', { simple: true }), 2);
  database.close();
  const backup = new Database(`${file}.v1.backup`);
  assert.deepEqual(backup.prepare('SELECT * FROM things').all(), [{ name: 'apple' }]);
  backup.close();
});

test('a migration that fails leaves the version before it, whole', (t) => {
  const database = new Database(join(temporaryFolder(t), 'studio.db'));
  t.after(() => database.close());
  assert.throws(() => migrate(database, [first, second, broken]), { message: 'table things already exists' });
  assert.equal(database.pragma('user_version', { simple: true }), 2);
  const tables = database.prepare('SELECT name FROM sqlite_schema WHERE type = ?').all('table');
  assert.deepEqual(tables, [{ name: 'things' }]);
});

test('a database of version 1, with data, opens in the newest version', (t) => {
  const paths = studioPaths(temporaryFolder(t));
  const old = new Database(paths.database);
  migrate(old, migrations.slice(0, 1));
  old.exec(readFileSync(new URL('./version-1.sql', import.meta.url), 'utf8'));
  old.close();
  const store = openStore(paths);
  t.after(() => store.close());
  assert.deepEqual(store.runs.find('20260102-0304-sample-abcd'), {
    id: '20260102-0304-sample-abcd',
    name: 'sample',
    status: 'finished',
    datasetName: 'puzzles',
    datasetDigest: 'd'.repeat(64),
    step: 2,
    totalSteps: 2,
    bestExactAccuracy: 0.02,
    lastLoss: 0.5,
    trainingMs: 20.5,
    createdAt: '2026-01-02T03:04:05.000Z',
    folder: join(paths.runs, '20260102-0304-sample-abcd'),
  });
  const { key } = store.runs.placeOf('20260102-0304-sample-abcd');
  assert.deepEqual(store.metrics.range(key, 0, 9), [
    { step: 1, values: { loss: 1 } },
    { step: 2, values: { loss: 0.5 } },
  ]);
  assert.deepEqual(store.evaluations.ofRun(key), [sampleEvaluation(2)]);
  assert.deepEqual(
    store.datasets.list().map(({ name }) => name),
    ['puzzles'],
  );
  assert.deepEqual(
    store.jobs.ended(9).map(({ id, status, error }) => [id, status, error]),
    [['20260102-0304-train-abcd', 'failed', { what: 'a message' }]],
  );
});

test('a database of a newer version is refused, and not touched', (t) => {
  const paths = studioPaths(temporaryFolder(t));
  openStore(paths).close();
  const newer = new Database(paths.database);
  newer.pragma('user_version = 99');
  newer.close();
  assert.throws(() => openStore(paths), {
    name: 'UserError',
    message: [
      'The database was made by a newer version of TRM Studio',
      `  where:    ${paths.database}`,
      '  found:    schema version 99',
      `  expected: schema version ${migrations.length} or lower`,
      '  to do:    use the newer version, or another folder with --home',
    ].join('\n'),
  });
});

test('a database of another program is refused, and not touched', (t) => {
  const paths = studioPaths(temporaryFolder(t));
  const other = new Database(paths.database);
  other.exec('CREATE TABLE songs (title TEXT)');
  other.close();
  assert.throws(() => openStore(paths), { message: /^The file is a database of another program\n/ });
});

test('a damaged database is refused with the way to mend it', (t) => {
  const paths = studioPaths(temporaryFolder(t));
  writeFileSync(paths.database, 'this is not a database, and long enough to have a header'.repeat(20));
  assert.throws(() => openStore(paths), {
    message: [
      'The database is not a SQLite file, or is damaged',
      `  where:    ${paths.database}`,
      '  found:    file is not a database',
      '  to do:    trm rebuild makes it anew from the files of runs, datasets and exports; ' +
        'the damaged file is kept beside it',
    ].join('\n'),
  });
  assert.ok(existsSync(paths.database));
});
