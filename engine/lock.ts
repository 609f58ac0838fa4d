// The right to write a TRM home: one engine at a time. The lock is an open SQLite transaction, which the
// operating system ends with the process, however it ends.

import Database from 'better-sqlite3';
import { errorCode } from '../common/file-troubles.ts';
import { explainDatabaseError } from './store/database-errors.ts';

export interface EngineLock {
  release(): void;
}

/** Takes the lock, or returns null when another engine holds it. */
export function acquireLock(file: string): EngineLock | null {
  try {
    const database = new Database(file, { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw error;
    }
    return { release: () => void database.close() };
  } catch (error) {
    if (errorCode(error)?.startsWith('SQLITE_BUSY')) return null;
    throw explainDatabaseError(error, file);
  }
}
