// The table of jobs: the queue by position, and the history of what ran.

import type { Database } from 'better-sqlite3';
import { z } from 'zod';
import { type JobRow, type JobStatus, jobRowSchema, jobStatusSchema } from '../../common/api.ts';
import { type ErrorDetails, errorDetailsSchema } from '../../common/errors.ts';
import { type JobResult, type JobSpec, jobResultSchema, jobSpecSchema } from '../../common/jobs.ts';
import { parseStored } from './stored-json.ts';

const workerIdentitySchema = z.object({ processId: z.number().int(), startTime: z.string().nullable() });

/** Which process works, or worked, on a job. The start time tells it from a later process of the same id. */
export type WorkerIdentity = z.infer<typeof workerIdentitySchema>;

/** A job with what only the engine needs to know of it. */
export interface Job extends JobRow {
  dependsOn: string | null;
  worker: WorkerIdentity | null;
}

export interface NewJob {
  id: string;
  title: string;
  spec: JobSpec;
  runId: string | null;
  dependsOn: string | null;
  logFile: string;
  createdAt: string;
}

interface StoredJob {
  id: string;
  kind: string;
  title: string;
  status: string;
  runId: string | null;
  dependsOn: string | null;
  logFile: string;
  worker: string | null;
  error: string | null;
  result: string | null;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

const query = `SELECT jobs.id, kind, title, jobs.status, runs.id AS runId, depends_on AS dependsOn,
  log_file AS logFile, worker, error, result, jobs.created_at AS createdAt, started_at AS startedAt,
  ended_at AS endedAt FROM jobs LEFT JOIN runs ON runs.key = jobs.run`;

export function jobTable(database: Database) {
  const selectOne = database.prepare<[string], StoredJob>(`${query} WHERE jobs.id = ?`);
  const selectActive = database.prepare<[], StoredJob>(
    `${query} WHERE jobs.status IN ('queued', 'running') ORDER BY position`,
  );
  const selectEnded = database.prepare<[number], StoredJob>(
    `${query} WHERE jobs.status NOT IN ('queued', 'running') ORDER BY position DESC LIMIT ?`,
  );
  const selectSpec = database.prepare<[string], { spec: string }>('SELECT spec FROM jobs WHERE id = ?');
  const insert = database.prepare<[Record<string, string | null>]>(
    `INSERT INTO jobs (id, kind, title, status, run, depends_on, spec, log_file, created_at)
     VALUES (@id, @kind, @title, 'queued', (SELECT key FROM runs WHERE id = @runId), @dependsOn, @spec, @logFile,
       @createdAt)`,
  );
  const markRunning = database.prepare<[string, string]>(
    `UPDATE jobs SET status = 'running', started_at = ? WHERE id = ?`,
  );
  const updateWorker = database.prepare<[string, string]>('UPDATE jobs SET worker = ? WHERE id = ?');
  const markEnded = database.prepare<[string, string, string | null, string | null, string]>(
    'UPDATE jobs SET status = ?, ended_at = ?, error = ?, result = ? WHERE id = ?',
  );

  return {
    add({ id, title, spec, runId, dependsOn, logFile, createdAt }: NewJob): void {
      const kind = spec.kind;
      insert.run({ id, kind, title, runId, dependsOn, spec: JSON.stringify(spec), logFile, createdAt });
    },
    find(id: string): Job | undefined {
      const stored = selectOne.get(id);
      return stored && toJob(stored);
    },
    specOf(id: string): JobSpec {
      const row = selectSpec.get(id);
      if (row === undefined) throw new Error(`job ${id} is not in the store`);
      return jobSpecSchema.parse(JSON.parse(row.spec));
    },
    /** Queued and running jobs in the order of the queue. */
    active: (): Job[] => selectActive.all().map(toJob),
    /** Jobs that have ended, newest first. */
    ended: (limit: number): Job[] => selectEnded.all(limit).map(toJob),
    start: (id: string, time: string): void => void markRunning.run(time, id),
    setWorker: (id: string, worker: WorkerIdentity): void =>
      void updateWorker.run(JSON.stringify(worker), id),
    end(
      id: string,
      status: JobStatus,
      time: string,
      error: ErrorDetails | null,
      result: JobResult | null,
    ): void {
      markEnded.run(status, time, error && JSON.stringify(error), result && JSON.stringify(result), id);
    },
  };
}

/** What clients see of a job. */
export function toJobRow(job: Job): JobRow {
  const { dependsOn: _dependsOn, worker: _worker, ...row } = job;
  return row;
}

function toJob(stored: StoredJob): Job {
  return {
    ...stored,
    kind: jobRowSchema.shape.kind.parse(stored.kind),
    status: jobStatusSchema.parse(stored.status),
    error: parseStored(errorDetailsSchema, stored.error),
    result: parseStored(jobResultSchema, stored.result),
    worker: parseStored(workerIdentitySchema, stored.worker),
  };
}
