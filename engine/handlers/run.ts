// Calls that ask about training runs.

import { summarizeTelemetry } from '../../common/telemetry.ts';
import { readEnvironment } from '../environment.ts';
import type { Handler } from '../handlers.ts';
import { resolveRun } from '../references.ts';

export const runList: Handler<'run.list'> = ({ store }) => store.runs.list();

export const showRun: Handler<'run.show'> = ({ store, paths }, { run }) => {
  const row = resolveRun(store, paths, run);
  const key = store.runs.keyOf(row.id);
  return {
    row,
    experiment: store.runs.experimentOf(row.id),
    environment: readEnvironment(row.folder),
    checkpoints: store.checkpoints.ofRun(key),
    evaluations: store.evaluations.ofRun(key),
    exports: store.exports.ofRun(key),
    telemetry: summarizeTelemetry(store.telemetry.ofRun(key).map(({ telemetry }) => telemetry)),
  };
};

export const runMetrics: Handler<'run.metrics'> = ({ store, paths }, { run, fromStep, toStep }) => {
  const { id } = resolveRun(store, paths, run);
  return store.metrics.range(store.runs.keyOf(id), fromStep, toStep ?? Number.MAX_SAFE_INTEGER);
};

export const runTelemetry: Handler<'run.telemetry'> = ({ store, paths }, { run }) => {
  const { id } = resolveRun(store, paths, run);
  return store.telemetry.ofRun(store.runs.keyOf(id));
};
