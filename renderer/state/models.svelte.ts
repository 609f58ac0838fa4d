// The models that can be run: exports, and runs with a checkpoint.

import type { ExportRow, RunRow } from '../../common/api.ts';
import { endsJob, query } from './query.svelte.ts';

export interface Models {
  readonly exports: ExportRow[];
  readonly runs: RunRow[];
  /** Whether both lists are there. */
  readonly known: boolean;
  readonly error: Error | undefined;
  /** The run behind an export's name or a run's id. */
  runOf(reference: string): string | null;
}

/** To be called while a component is set up. */
export function createModels(): Models {
  const exports = query('export.list', () => ({}), endsJob);
  const runs = query('run.list', () => ({}), endsJob);
  const trained = $derived((runs.data ?? []).filter(({ step }) => step > 0));
  return {
    get exports() {
      return exports.data ?? [];
    },
    get runs() {
      return trained;
    },
    get known() {
      return exports.data !== undefined && runs.data !== undefined;
    },
    get error() {
      return exports.error ?? runs.error;
    },
    runOf(reference) {
      const exported = exports.data?.find(({ name }) => name === reference);
      return exported === undefined ? reference : exported.runId;
    },
  };
}
