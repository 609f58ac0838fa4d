// The experiments that a command is about: one file, or all that come with the app.

import { join } from 'node:path';
import type { Experiment } from '../common/config/experiment.ts';
import { UserError } from '../common/errors.ts';
import { readExperiment } from './config-file.ts';
import { listFolder } from './files.ts';
import { projectFolder } from './paths.ts';

export interface ChosenExperiment {
  /** As a user would type it in the folder of the app. */
  file: string;
  experiment: Experiment;
}

/**
 * The experiment of a file, or with null those of all files in `configs`.
 * @throws UserError when no file is named and overrides are, or a file is not right
 */
export function chooseExperiments(config: string | null, overrides: readonly string[]): ChosenExperiment[] {
  if (config !== null) return [{ file: config, experiment: readExperiment(config, overrides) }];
  return configFiles(join(projectFolder, 'configs')).map((path) => ({
    file: join('configs', path).replaceAll('\\', '/'),
    experiment: readExperiment(join(projectFolder, 'configs', path)),
  }));
}

/** The named file, or null for all. @throws UserError when neither is asked for, or both are */
export function requireChoice(config: string | undefined, all: boolean): string | null {
  if (all !== (config !== undefined)) return config ?? null;
  throw new UserError({
    what: all ? 'A config file and --all exclude each other' : 'There is nothing to estimate',
    expected: 'either a config file or --all',
    remedy: 'trm estimate configs/demo.yaml',
  });
}

/** YAML files of a folder and of the folders in it, in alphabetical order. */
function configFiles(folder: string, inside = ''): string[] {
  return listFolder(join(folder, inside)).flatMap((name) => {
    const path = join(inside, name);
    if (/\.ya?ml$/.test(name)) return [path];
    return name.includes('.') ? [] : configFiles(folder, path);
  });
}
