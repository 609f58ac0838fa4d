// The history of the database's schema. A migration is never changed once released: a new one is added below.

export interface Migration {
  /** What the schema is called after it; versions count from 1 without gaps. */
  version: number;
  statements: string;
}

/**
 * Paths are stored relative to the TRM home (runs' checkpoints: to the run's folder) where they lie inside it.
 * Times are ISO 8601 in UTC, except that durations are milliseconds. Steps are absolute optimizer steps.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: `
      CREATE TABLE datasets (
        name TEXT PRIMARY KEY,
        digest TEXT NOT NULL,
        kind TEXT NOT NULL,
        train_puzzles INTEGER NOT NULL,
        test_puzzles INTEGER NOT NULL,
        size_bytes INTEGER NOT NULL,
        created_at TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE runs (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        status TEXT NOT NULL,
        dataset_name TEXT NOT NULL,
        dataset_digest TEXT NOT NULL,
        experiment TEXT NOT NULL,
        step INTEGER NOT NULL,
        total_steps INTEGER NOT NULL,
        training_ms REAL NOT NULL,
        created_at TEXT NOT NULL
      ) STRICT;
      CREATE INDEX runs_by_name ON runs (name, created_at);
      CREATE INDEX runs_by_dataset ON runs (dataset_name);

      CREATE TABLE segments (
        run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
        segment INTEGER NOT NULL,
        from_step INTEGER NOT NULL,
        executor TEXT NOT NULL,
        PRIMARY KEY (run, segment)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE metric_names (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
      ) STRICT;

      CREATE TABLE metrics (
        run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
        name INTEGER NOT NULL REFERENCES metric_names (id),
        step INTEGER NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (run, name, step)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE evaluations (
        run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('training', 'request')),
        split TEXT NOT NULL,
        weights TEXT NOT NULL,
        dataset_digest TEXT NOT NULL,
        puzzle_count INTEGER NOT NULL,
        maximum_steps INTEGER NOT NULL,
        exact_accuracy REAL NOT NULL,
        result TEXT NOT NULL,
        PRIMARY KEY (run, step, source, split, weights, dataset_digest, puzzle_count, maximum_steps)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE checkpoints (
        run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
        folder TEXT NOT NULL,
        step INTEGER NOT NULL,
        size_bytes INTEGER NOT NULL,
        best INTEGER NOT NULL CHECK (best IN (0, 1)),
        created_at TEXT NOT NULL,
        PRIMARY KEY (run, folder)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE exports (
        name TEXT PRIMARY KEY,
        run INTEGER REFERENCES runs (key) ON DELETE SET NULL,
        checkpoint_folder TEXT NOT NULL,
        file TEXT NOT NULL,
        result TEXT NOT NULL,
        created_at TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX exports_by_run ON exports (run);

      CREATE TABLE jobs (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        status TEXT NOT NULL,
        run INTEGER REFERENCES runs (key) ON DELETE CASCADE,
        depends_on TEXT REFERENCES jobs (id) ON DELETE SET NULL,
        spec TEXT NOT NULL,
        log_file TEXT NOT NULL,
        worker TEXT,
        error TEXT,
        result TEXT,
        created_at TEXT NOT NULL,
        started_at TEXT,
        ended_at TEXT
      ) STRICT;
      CREATE INDEX jobs_by_status ON jobs (status, position);
      CREATE INDEX jobs_by_run ON jobs (run);
    `,
  },
  {
    // Evaluations until halting stand beside those with all steps.
    version: 2,
    statements: `
      ALTER TABLE evaluations RENAME TO evaluations_before;
      CREATE TABLE evaluations (
        run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('training', 'request')),
        split TEXT NOT NULL,
        weights TEXT NOT NULL,
        dataset_digest TEXT NOT NULL,
        puzzle_count INTEGER NOT NULL,
        maximum_steps INTEGER NOT NULL,
        mode TEXT NOT NULL,
        exact_accuracy REAL NOT NULL,
        result TEXT NOT NULL,
        PRIMARY KEY (run, step, source, split, weights, dataset_digest, puzzle_count, maximum_steps, mode)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO evaluations
        SELECT run, step, source, split, weights, dataset_digest, puzzle_count, maximum_steps, 'fixed', exact_accuracy,
          result
        FROM evaluations_before;
      DROP TABLE evaluations_before;
    `,
  },
  {
    // What the machine did while a run was trained; nothing of it is taken back when a run goes on.
    version: 3,
    statements: `
      CREATE TABLE telemetry (
        run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
        time TEXT NOT NULL,
        segment INTEGER NOT NULL,
        step INTEGER NOT NULL,
        sample TEXT NOT NULL,
        PRIMARY KEY (run, time, segment)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
