// The trained model that evaluation and solving are measured with: one that is given, or one that is trained first.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../common/errors.ts';
import { homeFolder, projectFolder } from '../engine/paths.ts';
import { CHECKPOINT_FILE, checkpointFolderName } from '../worker/checkpoint/format.ts';
import { type Checkpoint, loadCheckpoint } from '../worker/checkpoint/load.ts';
import { listCheckpoints } from '../worker/checkpoint/save.ts';

export const modelOptions = {
  checkpoint: { type: 'string' },
  dataset: { type: 'string' },
  train: { type: 'string', default: 'configs/demo.yaml' },
} as const;

export interface ModelChoice {
  /** A checkpoint's folder, a run's folder or a run's id; without it one is trained. */
  checkpoint: string | undefined;
  /** The dataset's folder; by default the one of that name beside the run. */
  dataset: string | undefined;
  /** The config of the model that is trained. */
  train: string;
}

export interface TrainedModel {
  checkpoint: Checkpoint;
  datasetFolder: string;
  /** For what is made of the model; removed afterwards. */
  folder: string;
}

/** Calls `action` with the chosen model. @throws UserError where there is none */
export async function withTrainedModel(
  choice: ModelChoice,
  action: (model: TrainedModel) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'trm-bench-'));
  try {
    const reference = choice.checkpoint ?? (await train(choice.train, join(folder, 'home')));
    const checkpoint = await findCheckpoint(reference);
    const datasetFolder = findDataset(checkpoint, choice.dataset);
    await action({ checkpoint, datasetFolder, folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Trains with the command line, up to the reference's 16 supervision steps; returns the folder of the run. */
async function train(config: string, home: string): Promise<string> {
  process.stderr.write(`Training ${config} for the benchmark\n`);
  const cli = join(projectFolder, 'engine', 'cli.ts');
  const child = spawn(
    process.execPath,
    [cli, 'train', config, 'halting.maximumSteps=16', '--home', home, '--json'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) {
    throw new UserError({
      what: 'The model of the benchmark could not be trained',
      where: config,
      found: `trm train ended with ${code}`,
      remedy: 'give a trained one with --checkpoint',
    });
  }
  const [run = ''] = await readdir(join(home, 'runs'));
  return join(home, 'runs', run);
}

/** The checkpoint of that folder, or the best one of that run. */
export async function findCheckpoint(reference: string): Promise<Checkpoint> {
  const runs = join(homeFolder(), 'runs');
  const folders = [resolve(reference), join(runs, reference)];
  const itself = folders.find((folder) => existsSync(join(folder, CHECKPOINT_FILE)));
  if (itself !== undefined) return await loadCheckpoint(itself);
  const root = folders.map((folder) => join(folder, 'checkpoints')).find((folder) => existsSync(folder));
  const newest = root === undefined ? undefined : (await listCheckpoints(root)).at(-1);
  if (root === undefined || newest === undefined) {
    throw new UserError({
      what: 'There is no such checkpoint',
      where: '--checkpoint',
      found: reference,
      expected: `the folder of a checkpoint or a run, or the id of a run in ${runs}`,
    });
  }
  const { manifest } = await loadCheckpoint(newest.folder);
  return await loadCheckpoint(join(root, checkpointFolderName(manifest.best?.step ?? manifest.step)));
}

function findDataset({ folder, dataset: { name } }: Checkpoint, given: string | undefined): string {
  const places =
    given === undefined
      ? [resolve(folder, '../../../../datasets', name), join(homeFolder(), 'datasets', name)]
      : [resolve(given)];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new UserError({
    what: 'The dataset of the checkpoint is not there',
    where: '--dataset',
    found: places.join(', '),
    expected: `the folder of the dataset ${name}`,
  });
}
