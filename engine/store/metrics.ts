// The table of training metrics: one value a run, name and step, kept together by name so that a chart of
// one metric reads one contiguous range.

import type { Database } from 'better-sqlite3';
import type { Metric } from '../../common/jobs.ts';

interface Point {
  step: number;
  value: number;
}

export function metricTable(database: Database) {
  const selectNames = database.prepare<[], { id: number; name: string }>('SELECT id, name FROM metric_names');
  const insertName = database.prepare<[string]>('INSERT INTO metric_names (name) VALUES (?)');
  const upsert = database.prepare<[number, number, number, number]>(
    'INSERT OR REPLACE INTO metrics (run, name, step, value) VALUES (?, ?, ?, ?)',
  );
  const deleteAfter = database.prepare<[number, number, number]>(
    'DELETE FROM metrics WHERE run = ? AND name = ? AND step > ?',
  );
  const selectRange = database.prepare<[number, number, number, number], Point>(
    'SELECT step, value FROM metrics WHERE run = ? AND name = ? AND step BETWEEN ? AND ? ORDER BY step',
  );
  const nameIds = new Map<string, number>();
  readNames();

  function readNames(): void {
    nameIds.clear();
    for (const { id, name } of selectNames.all()) nameIds.set(name, id);
  }

  function idOf(name: string): number {
    const known = nameIds.get(name);
    if (known !== undefined) return known;
    const id = Number(insertName.run(name).lastInsertRowid);
    nameIds.set(name, id);
    return id;
  }

  return {
    /** To be called when a transaction was undone, which may have undone new names too. */
    readNames,
    /** Records the values; a step that was recorded before is overwritten. Call inside a transaction. */
    add(run: number, metrics: readonly Metric[]): void {
      for (const { step, values } of metrics) {
        for (const [name, value] of Object.entries(values)) upsert.run(run, idOf(name), step, value);
      }
    },
    removeAfter(run: number, step: number): void {
      for (const id of nameIds.values()) deleteAfter.run(run, id, step);
    },
    /** One metric's points with fromStep <= step <= toStep, by step. */
    points(run: number, name: string, fromStep: number, toStep: number): Point[] {
      const id = nameIds.get(name);
      return id === undefined ? [] : selectRange.all(run, id, fromStep, toStep);
    },
    /** All metrics with fromStep <= step <= toStep, by step. */
    range(run: number, fromStep: number, toStep: number): Metric[] {
      const bySteps = new Map<number, Metric>();
      for (const [name, id] of nameIds) {
        for (const { step, value } of selectRange.iterate(run, id, fromStep, toStep)) {
          const metric = bySteps.get(step) ?? { step, values: {} };
          metric.values[name] = value;
          bySteps.set(step, metric);
        }
      }
      return [...bySteps.values()].sort((left, right) => left.step - right.step);
    },
  };
}
