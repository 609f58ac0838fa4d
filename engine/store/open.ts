// Opens the database of a TRM home and gives access to its tables. The only writer is the engine that holds
// the lock of the home; other processes may read at any time (WAL).

import Database from 'better-sqlite3';
import type { StudioPaths } from '../paths.ts';
import { checkpointTable } from './checkpoints.ts';
import { explainDatabaseError } from './database-errors.ts';
import { datasetTable } from './datasets.ts';
import { evaluationTable } from './evaluations.ts';
import { exportTable } from './exports.ts';
import { jobTable } from './jobs.ts';
import { metricTable } from './metrics.ts';
import { migrate } from './migrate.ts';
import { runTable } from './runs.ts';
import { telemetryTable } from './telemetry.ts';

export type Store = ReturnType<typeof createStore>;

/**
 * Opens the database, making or migrating it where needed.
 * @throws FailureError when it is damaged, of a newer version, of another program, or cannot be written
 */
export function openStore(paths: StudioPaths): Store {
  let database: Database.Database | undefined;
  try {
    database = new Database(paths.database, { timeout: 5000 });
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    migrate(database);
    return createStore(database, paths);
  } catch (error) {
    database?.close();
    throw explainDatabaseError(error, paths.database);
  }
}

function createStore(database: Database.Database, paths: StudioPaths) {
  const metrics = metricTable(database);
  return {
    database,
    datasets: datasetTable(database, paths),
    runs: runTable(database, paths),
    metrics,
    telemetry: telemetryTable(database),
    evaluations: evaluationTable(database),
    checkpoints: checkpointTable(database, paths),
    exports: exportTable(database, paths),
    jobs: jobTable(database),

    /** Runs `action` so that all of its changes are made, or none. */
    transaction<T>(action: () => T): T {
      try {
        return database.transaction(action)();
      } catch (error) {
        metrics.readNames();
        throw explainDatabaseError(error, paths.database);
      }
    },
    close(): void {
      database.close();
    },
  };
}
