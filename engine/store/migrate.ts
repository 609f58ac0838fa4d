// Brings a database to the newest schema, one transaction a migration. A database of a newer app, or of another
// program, is refused untouched.

import { rmSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { FailureError } from '../failure.ts';
import { migrations as allMigrations, type Migration } from './migrations.ts';

/** Marks the file as ours: the letters TRMS. */
const APPLICATION_ID = 0x54524d53;

/**
 * Applies the migrations that are missing. A database that already holds data is first copied to
 * `<file>.v<version>.backup`.
 * @throws FailureError when the database is of a newer version or of another program
 */
export function migrate(database: Database, migrations: readonly Migration[] = allMigrations): void {
  const version = readNumber(database, 'user_version');
  const newest = migrations.at(-1)?.version ?? 0;
  refuseForeign(database, version);
  if (version > newest) {
    throw new FailureError({
      what: 'The database was made by a newer version of TRM Studio',
      where: database.name,
      found: `schema version ${version}`,
      expected: `schema version ${newest} or lower`,
      remedy: 'use the newer version, or another folder with --home',
    });
  }
  const missing = migrations.filter((migration) => migration.version > version);
  if (version > 0 && missing.length > 0) keepBackup(database, version);
  for (const migration of missing) {
    database.transaction(() => {
      database.exec(migration.statements);
      database.pragma(`user_version = ${migration.version}`);
      database.pragma(`application_id = ${APPLICATION_ID}`);
    })();
  }
}

function refuseForeign(database: Database, version: number): void {
  const tables = database.prepare<[], { count: number }>('SELECT count(*) AS count FROM sqlite_schema').get();
  const empty = tables?.count === 0 && version === 0;
  if (empty || readNumber(database, 'application_id') === APPLICATION_ID) return;
  throw new FailureError({
    what: 'The file is a database of another program',
    where: database.name,
    found: `application id ${readNumber(database, 'application_id')}`,
    expected: `application id ${APPLICATION_ID}, which TRM Studio writes`,
    remedy: 'move the file away, or use another folder with --home',
  });
}

function keepBackup(database: Database, version: number): void {
  const backup = `${database.name}.v${version}.backup`;
  rmSync(backup, { force: true });
  database.prepare('VACUUM INTO ?').run(backup);
}

function readNumber(database: Database, pragma: string): number {
  return Number(database.pragma(pragma, { simple: true }));
}
