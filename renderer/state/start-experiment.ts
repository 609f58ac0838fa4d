// Starts an experiment from its YAML text, as `trm train` does from a file.

import { parseExperiment } from '../../common/config/parse.ts';
import { call } from './engine.svelte.ts';

/** @throws UserError or EngineError that says what is wrong with it @returns the run's id */
export async function startExperiment(yaml: string, fileName: string): Promise<string> {
  const experiment = parseExperiment(yaml, { fileName, overrides: [] });
  const { runId } = await call('run.start', { experiment });
  return runId;
}
