// The table of training runs: identity, frozen experiment, dataset and how far each has come.

import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { JobStatus, RunRow } from '../../common/api.ts';
import { type Experiment, experimentSchema } from '../../common/config/experiment.ts';
import type { StudioPaths } from '../paths.ts';

type StoredRun = Omit<RunRow, 'folder'>;

/** A run as its events need it: the id, the number in the store, and the folder. */
export interface RunPlace {
  id: string;
  key: number;
  folder: string;
}

export interface NewRun {
  id: string;
  experiment: Experiment;
  datasetDigest: string;
  status: JobStatus;
  createdAt: string;
}

const columns = `id, name, status, dataset_name AS datasetName, dataset_digest AS datasetDigest, step,
  total_steps AS totalSteps, training_ms AS trainingMs, created_at AS createdAt,
  (SELECT max(exact_accuracy) FROM evaluations
    WHERE run = runs.key AND source = 'training' AND split = 'test') AS bestExactAccuracy,
  (SELECT value FROM metrics JOIN metric_names ON metric_names.id = metrics.name
    WHERE run = runs.key AND metric_names.name = 'loss' ORDER BY metrics.step DESC LIMIT 1) AS lastLoss`;

export function runTable(database: Database, paths: StudioPaths) {
  const selectAll = database.prepare<[], StoredRun>(
    `SELECT ${columns} FROM runs ORDER BY created_at DESC, key DESC`,
  );
  const selectOne = database.prepare<[string], StoredRun>(`SELECT ${columns} FROM runs WHERE id = ?`);
  const selectIds = database.prepare<[], { id: string }>(
    'SELECT id FROM runs ORDER BY created_at DESC, key DESC',
  );
  const selectNewest = database.prepare<[string], { id: string }>(
    'SELECT id FROM runs WHERE name = ? ORDER BY created_at DESC, key DESC LIMIT 1',
  );
  const selectOfDataset = database.prepare<[string], StoredRun>(
    `SELECT ${columns} FROM runs WHERE dataset_name = ? ORDER BY created_at DESC, key DESC`,
  );
  const selectKey = database.prepare<[string], { key: number }>('SELECT key FROM runs WHERE id = ?');
  const selectExperiment = database.prepare<[string], { experiment: string }>(
    'SELECT experiment FROM runs WHERE id = ?',
  );
  const insert = database.prepare<[Record<string, string | number>]>(
    `INSERT INTO runs
      (id, name, status, dataset_name, dataset_digest, experiment, step, total_steps, training_ms, created_at)
     VALUES (@id, @name, @status, @datasetName, @datasetDigest, @experiment, 0, @totalSteps, 0, @createdAt)`,
  );
  const updateStatus = database.prepare<[string, string]>('UPDATE runs SET status = ? WHERE id = ?');
  const updateDigest = database.prepare<[string, string]>('UPDATE runs SET dataset_digest = ? WHERE id = ?');
  const updateStep = database.prepare<[number, string]>('UPDATE runs SET step = ? WHERE id = ?');
  const updateTime = database.prepare<[number, string]>('UPDATE runs SET training_ms = ? WHERE id = ?');
  const updateExperiment = database.prepare<[string, number, string]>(
    'UPDATE runs SET experiment = ?, total_steps = ? WHERE id = ?',
  );
  const upsertSegment = database.prepare<[number, number, number, string]>(
    'INSERT OR REPLACE INTO segments (run, segment, from_step, executor) VALUES (?, ?, ?, ?)',
  );
  const deleteSegments = database.prepare<[number]>('DELETE FROM segments WHERE run = ?');
  const toRow = (stored: StoredRun): RunRow => ({ ...stored, folder: join(paths.runs, stored.id) });

  function keyOf(id: string): number {
    const row = selectKey.get(id);
    if (row === undefined) throw new Error(`run ${id} is not in the store`);
    return row.key;
  }

  return {
    list: (): RunRow[] => selectAll.all().map(toRow),
    ofDataset: (name: string): RunRow[] => selectOfDataset.all(name).map(toRow),
    /** Newest first. */
    ids: (): string[] => selectIds.all().map(({ id }) => id),
    newestNamed: (name: string): string | undefined => selectNewest.get(name)?.id,
    find(id: string): RunRow | undefined {
      const stored = selectOne.get(id);
      return stored && toRow(stored);
    },
    /** The number by which other tables refer to the run. */
    keyOf,
    placeOf: (id: string): RunPlace => ({ id, key: keyOf(id), folder: join(paths.runs, id) }),
    experimentOf(id: string): Experiment {
      const row = selectExperiment.get(id);
      if (row === undefined) throw new Error(`run ${id} is not in the store`);
      return experimentSchema.parse(JSON.parse(row.experiment));
    },
    add(run: NewRun): void {
      const { name, dataset, training } = run.experiment;
      insert.run({
        id: run.id,
        name,
        status: run.status,
        datasetName: dataset.name,
        datasetDigest: run.datasetDigest,
        experiment: JSON.stringify(run.experiment),
        totalSteps: training.steps,
        createdAt: run.createdAt,
      });
    },
    setStatus: (id: string, status: JobStatus): void => void updateStatus.run(status, id),
    setDatasetDigest: (id: string, digest: string): void => void updateDigest.run(digest, id),
    setStep: (id: string, step: number): void => void updateStep.run(step, id),
    setTrainingMs: (id: string, trainingMs: number): void => void updateTime.run(trainingMs, id),
    addSegment(run: number, segment: number, fromStep: number, executor: string): void {
      upsertSegment.run(run, segment, fromStep, executor);
    },
    removeSegments: (run: number): void => void deleteSegments.run(run),
    setExperiment(id: string, experiment: Experiment): void {
      updateExperiment.run(JSON.stringify(experiment), experiment.training.steps, id);
    },
  };
}
