// Reads experiments from YAML files: what a file extends, overrides, and paths relative to the file.

import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { DatasetBuild } from '../common/config/dataset.ts';
import type { Experiment } from '../common/config/experiment.ts';
import { parseExperiment } from '../common/config/parse.ts';
import type { ConfigSource } from '../common/config/yaml-source.ts';
import { UserError } from '../common/errors.ts';
import { nearest } from '../common/nearest.ts';
import { listFolder, readTextFile } from './files.ts';
import { projectFolder } from './paths.ts';

/**
 * The experiment of a file with overrides (`path=value`). Paths of data files are taken relative to the file that
 * names them, those of overrides relative to the current folder, and made absolute.
 * @throws UserError that lists everything that is wrong
 */
export function readExperiment(path: string, overrides: readonly string[] = []): Experiment {
  const { fileName, text } = readConfigText(path, process.cwd());
  return parseExperiment(text, {
    fileName,
    overrides: overrides.map(resolvePathOverride),
    readFile: (reference, fromFile) => readConfigText(reference, dirname(resolve(fromFile))),
    anchorPaths: (settings, fromFile) => anchorPaths(settings, dirname(resolve(fromFile))),
  });
}

/** Settings of a build that are paths of data. */
const DATA_PATHS = ['trainFile', 'testFile', 'folder'] as const;

/** The settings of one file with the paths in them made absolute; whatever is of another type is left to the schema. */
function anchorPaths(settings: Record<string, unknown>, folder: string): Record<string, unknown> {
  const { dataset, initialization } = settings;
  const anchored = { ...settings };
  if (isSection(dataset)) {
    const { alsoTrainOn } = dataset;
    anchored.dataset = {
      ...anchorBuild(dataset, folder),
      ...(Array.isArray(alsoTrainOn) && {
        alsoTrainOn: alsoTrainOn.map((other: unknown) =>
          isSection(other) ? anchorBuild(other, folder) : other,
        ),
      }),
    };
  }
  if (isSection(initialization) && typeof initialization.from === 'string') {
    anchored.initialization = { ...initialization, from: resolveSource(initialization.from, folder) };
  }
  return anchored;
}

function anchorBuild(choice: Record<string, unknown>, folder: string): Record<string, unknown> {
  const { build } = choice;
  if (!isSection(build)) return choice;
  const paths = DATA_PATHS.flatMap((name) => {
    const path = build[name];
    return typeof path === 'string' && path !== '' ? [[name, resolve(folder, path)]] : [];
  });
  return { ...choice, build: { ...build, ...Object.fromEntries(paths) } };
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function resolvePathOverride(override: string): string {
  const from = /^initialization\.from=(.+)$/.exec(override)?.[1];
  if (from !== undefined) return `initialization.from=${JSON.stringify(resolveSource(from, process.cwd()))}`;
  const match = new RegExp(`^(dataset\\.build\\.(?:${DATA_PATHS.join('|')}))=(.+)$`).exec(override);
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
