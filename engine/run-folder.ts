// A run's folder as the truth about it: takes a run from its folder into the store, when the database is rebuilt and
// when a run came about elsewhere than in a training of this engine.

import { join } from 'node:path';
import { parseExperiment } from '../common/config/parse.ts';
import { evaluationResultSchema } from '../common/results.ts';
import { now } from './clock.ts';
import { readEnvironment } from './environment.ts';
import { readTextFile, readWholeLines } from './files.ts';
import type { StudioPaths } from './paths.ts';
import { importRunHistory } from './run-history.ts';
import type { Store } from './store/open.ts';

/** Where the evaluations of a run that were asked for after training are kept, a line each. */
export function evaluationsFile(runFolder: string): string {
  return join(runFolder, 'evaluations.jsonl');
}

/**
 * Adds the run of this id, which the store must not have yet. Call inside a transaction.
 * @throws UserError when its config cannot be read
 */
export function addRunFromFolder(store: Store, paths: StudioPaths, id: string): void {
  const folder = join(paths.runs, id);
  const configFile = join(folder, 'config.yaml');
  const experiment = parseExperiment(readTextFile(configFile) ?? '', { fileName: configFile });
  const environment = readEnvironment(folder);
  store.runs.add({
    id,
    experiment,
    datasetDigest: digestIn(environment.dataset),
    status: 'interrupted',
    createdAt: typeof environment.createdAt === 'string' ? environment.createdAt : now(),
  });
  const place = store.runs.placeOf(id);
  store.runs.setStatus(id, importRunHistory(store, place).outcome);
  for (const line of readWholeLines(evaluationsFile(folder))) {
    const evaluation = evaluationResultSchema.safeParse(parseJson(line));
    if (evaluation.success) store.evaluations.add(place.key, 'request', evaluation.data);
  }
}

function digestIn(dataset: unknown): string {
  if (typeof dataset !== 'object' || dataset === null || !('digest' in dataset)) return '';
  return typeof dataset.digest === 'string' ? dataset.digest : '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
