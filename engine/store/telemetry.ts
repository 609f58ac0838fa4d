// The table of what the machine did while runs were trained, one row a stretch of some seconds.

import type { Database } from 'better-sqlite3';
import { type Telemetry, telemetrySchema } from '../../common/telemetry.ts';

/** A stretch, with the segment and the last step of the run in it. */
export interface RunTelemetry {
  segment: number;
  step: number;
  telemetry: Telemetry;
}

export function telemetryTable(database: Database) {
  const upsert = database.prepare<[number, string, number, number, string]>(
    'INSERT OR REPLACE INTO telemetry (run, time, segment, step, sample) VALUES (?, ?, ?, ?, ?)',
  );
  const deleteAll = database.prepare<[number]>('DELETE FROM telemetry WHERE run = ?');
  const selectOfRun = database.prepare<[number], { segment: number; step: number; sample: string }>(
    'SELECT segment, step, sample FROM telemetry WHERE run = ? ORDER BY time, segment',
  );
  return {
    add(run: number, { segment, step, telemetry }: RunTelemetry): void {
      upsert.run(run, telemetry.time, segment, step, JSON.stringify(telemetry));
    },
    removeAll: (run: number): void => void deleteAll.run(run),
    /** In the order of time. */
    ofRun: (run: number): RunTelemetry[] =>
      selectOfRun.all(run).map(({ segment, step, sample }) => ({
        segment,
        step,
        telemetry: telemetrySchema.parse(JSON.parse(sample)),
      })),
  };
}
