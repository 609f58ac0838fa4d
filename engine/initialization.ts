// What a fine-tuned run begins with: `initialization.from` of its config, found when the run is made and frozen with
// its SHA-256, so that it is known later what the run rests on.

import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Experiment } from '../common/config/experiment.ts';
import { UserError } from '../common/errors.ts';
import { explainFileError } from '../common/file-troubles.ts';
import { describeCheckpoint } from './handlers/evaluate.ts';
import type { StudioPaths } from './paths.ts';
import { resolveCheckpoint } from './references.ts';
import type { Store } from './store/open.ts';

/** The description of a checkpoint, which holds the digests of its other files. */
const CHECKPOINT_FILE = 'checkpoint.json';

/**
 * The experiment with the source of its weights named once and for all: RUN@STEP for a run of this studio, else the
 * path, and the SHA-256 of the file, or of a checkpoint's description.
 * @throws UserError when there is no such source, or it is not the one of the config's SHA-256
 */
export async function freezeInitialization(
  store: Store,
  paths: StudioPaths,
  experiment: Experiment,
): Promise<Experiment> {
  const { initialization } = experiment;
  if (initialization === undefined) return experiment;
  const { path, name } = resolveSource(store, paths, initialization.from);
  const sha256 = await digest(isFile(path) ? path : join(path, CHECKPOINT_FILE));
  const { sha256: expected } = initialization;
  if (expected !== undefined && expected !== sha256) {
    throw new UserError({
      what: 'The weights to begin with are not those that the config names',
      where: path,
      found: `SHA-256 ${sha256}`,
      expected: `SHA-256 ${expected}, as initialization.sha256 says`,
      remedy: 'put back what was there, or leave initialization.sha256 out',
    });
  }
  return { ...experiment, initialization: { ...initialization, from: name, sha256 } };
}

/** Where the weights lie that a run begins with; undefined where it begins with none, or has begun already. */
export function initialWeightsOf(
  store: Store,
  paths: StudioPaths,
  runId: string,
  { initialization }: Experiment,
): string | undefined {
  if (initialization === undefined) return undefined;
  if (store.checkpoints.ofRun(store.runs.keyOf(runId)).length > 0) return undefined;
  return resolveSource(store, paths, initialization.from).path;
}

function resolveSource(store: Store, paths: StudioPaths, from: string): { path: string; name: string } {
  if (isAbsolute(from) && isFile(from)) return { path: from, name: from };
  try {
    const checkpoint = resolveCheckpoint(store, paths, from);
    return { path: checkpoint.folder, name: describeCheckpoint(checkpoint) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError({
      ...error.details,
      what: `initialization.from leads nowhere: ${error.details.what}`,
      expected: 'RUN, RUN@STEP, the folder of a checkpoint, or a .pt or .safetensors file',
    });
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  } catch (error) {
    throw explainFileError(error, 'Cannot read the weights to begin with', path);
  }
  return hash.digest('hex');
}
