// Reads experiments from YAML files: what a file extends, overrides, and paths relative to the file.

import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { DatasetBuild, DatasetChoice } from '../common/config/dataset.ts';
import type { Experiment } from '../common/config/experiment.ts';
import { parseExperiment } from '../common/config/parse.ts';
import type { ConfigSource } from '../common/config/yaml-source.ts';
import { UserError } from '../common/errors.ts';
import { nearest } from '../common/nearest.ts';
import { listFolder, readTextFile } from './files.ts';
import { projectFolder } from './paths.ts';

/**
 * The experiment of a file with overrides (`path=value`). Paths of data files are taken relative to the config
 * file, those of overrides relative to the current folder, and made absolute.
 * @throws UserError that lists everything that is wrong
 */
export function readExperiment(path: string, overrides: readonly string[] = []): Experiment {
  const { fileName, text } = readConfigText(path, process.cwd());
  const experiment = parseExperiment(text, {
    fileName,
    overrides: overrides.map(resolvePathOverride),
    readFile: (reference, fromFile) => readConfigText(reference, dirname(resolve(fromFile))),
  });
  const folder = dirname(resolve(path));
  const { initialization } = experiment;
  const { alsoTrainOn } = experiment.dataset;
  return {
    ...experiment,
    ...(initialization && {
      initialization: { ...initialization, from: resolveSource(initialization.from, folder) },
    }),
    dataset: {
      ...resolveChoice(experiment.dataset, folder),
      ...(alsoTrainOn && { alsoTrainOn: alsoTrainOn.map((other) => resolveChoice(other, folder)) }),
    },
  };
}

function resolveChoice<Choice extends DatasetChoice>(choice: Choice, folder: string): Choice {
  return choice.build === undefined ? choice : { ...choice, build: resolveDataFiles(choice.build, folder) };
}

function resolvePathOverride(override: string): string {
  const from = /^initialization\.from=(.+)$/.exec(override)?.[1];
  if (from !== undefined) return `initialization.from=${JSON.stringify(resolveSource(from, process.cwd()))}`;
  const match = /^(dataset\.build\.(?:trainFile|testFile|folder))=(.+)$/.exec(override);
  if (match === null) return override;
  const [, path = '', file = ''] = match;
  return `${path}=${JSON.stringify(resolve(file))}`;
}

/** A source of weights: the absolute path where there is such a file or folder, else the name of a run as it stands. */
function resolveSource(from: string, folder: string): string {
  const path = resolve(folder, from);
  return /[\\/]|\.(pt|safetensors)$/.test(from) || existsSync(path) ? path : from;
}

/** Makes the paths of data files absolute. */
export function resolveDataFiles(build: DatasetBuild, folder: string): DatasetBuild {
  if ('folder' in build) return { ...build, folder: resolve(folder, build.folder) };
  if (!('trainFile' in build)) return build;
  const { testFile } = build;
  return {
    ...build,
    trainFile: resolve(folder, build.trainFile),
    ...(testFile === undefined ? {} : { testFile: resolve(folder, testFile) }),
  };
}

/** Config files that come with the app and those in the current folder, as a user would type them. */
export function knownConfigFiles(): string[] {
  const folders = [process.cwd(), join(process.cwd(), 'configs'), join(projectFolder, 'configs')];
  const files = folders.flatMap((folder) =>
    listFolder(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => relative(process.cwd(), join(folder, name))),
  );
  return [...new Set(files)];
}

function readConfigText(reference: string, folder: string): ConfigSource {
  const path = resolve(folder, reference);
  const fromHere = relative(process.cwd(), path);
  const fileName = fromHere === '' || fromHere.startsWith('..') ? path : fromHere;
  const text = readTextFile(path);
  if (text !== null) return { fileName, text };
  const known = knownConfigFiles();
  const names = new Set(
    nearest(
      basename(fileName),
      known.map((file) => basename(file)),
      3,
    ),
  );
  const near = known.filter((file) => names.has(basename(file)));
  throw new UserError({
    what: 'There is no such config file',
    where: path,
    expected: 'a YAML file with an experiment',
    remedy:
      near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${known.slice(0, 8).join(', ')}`,
  });
}
