// Runs the command line `trm` in tests, as a process of its own with a home of its own and the scripted worker.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { experimentToYaml } from '../../../common/config/parse.ts';
import { type Ended, startProcess, type TestProcess } from '../processes.ts';
import { sampleExperiment } from '../samples.ts';
import { scriptedWorker } from '../studio.ts';

const entry = new URL('../../../engine/cli.ts', import.meta.url);

/** Starts `trm`; `launcher` connects it to this process as its launcher is. */
export function startTrm(
  t: TestContext,
  home: string,
  args: string[],
  options: { input?: string; launcher?: boolean } = {},
): TestProcess {
  const env = { TRM_HOME: home, TRM_WORKER: scriptedWorker };
  return startProcess(t, entry, args, { ...options, env, cwd: home });
}

/** Runs `trm` to its end. */
export async function trm(t: TestContext, home: string, args: string[], input = ''): Promise<Ended> {
  return await startTrm(t, home, args, { input }).ended;
}

/** Writes a config of `steps` steps into the home; `description` tells the scripted worker what to do. */
export function writeConfig(home: string, name: string, steps: number, description = ''): string {
  const file = join(home, `${name}.yaml`);
  writeFileSync(file, experimentToYaml(sampleExperiment(name, steps, description)));
  return file;
}
