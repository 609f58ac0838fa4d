// What a run left behind: its log, and its checkpoints.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runEventSchema, type WorkerEvent } from '../../../common/jobs.ts';

export interface History {
  metrics: Map<number, unknown>;
  evaluations: Map<number, unknown>;
  segments: number;
}

/** What the run's log says in the end: later segments override what earlier ones wrote past their first step. */
export async function readHistory(runFolder: string): Promise<History> {
  const history: History = { metrics: new Map(), evaluations: new Map(), segments: 0 };
  for (const line of (await readFile(join(runFolder, 'events.jsonl'), 'utf8')).split('\n')) {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      continue;
    }
    const event = runEventSchema.parse(json);
    if (event.type === 'segment') {
      history.segments++;
      for (const map of [history.metrics, history.evaluations]) {
        for (const step of map.keys()) if (step > event.fromStep) map.delete(step);
      }
    } else if (event.type === 'metric') history.metrics.set(event.step, event.values);
    else if (event.type === 'evaluation')
      history.evaluations.set(event.step, { ...event.result, elapsedMs: 0 });
  }
  return history;
}

/** Whether the event tells of this step or a later one. */
export function reached(event: WorkerEvent, step: number): boolean {
  return event.type === 'progress' && event.progress.phase === 'training' && event.progress.done >= step;
}

/** Asserts that two checkpoints hold the same tensors to the last bit. */
export async function compareCheckpoints(folder: string, other: string): Promise<void> {
  for (const name of ['model.safetensors', 'ema.safetensors', 'training.safetensors']) {
    assert.ok((await readFile(join(folder, name))).equals(await readFile(join(other, name))), name);
  }
}
