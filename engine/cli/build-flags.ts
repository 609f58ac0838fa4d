// The flags of `trm dataset build`, made from the schema of a dataset's build: `trainPuzzles` is
// `--train-puzzles`. They win over the build in a config file.

import { basename } from 'node:path';
import type { Argv } from 'yargs';
import { type DatasetBuild, datasetBuildSchema, nameSchema } from '../../common/config/dataset.ts';
import { describeExpected, describeSchema } from '../../common/config/describe.ts';
import { parseOverride } from '../../common/config/overrides.ts';
import { explainIssues } from '../../common/config/problems.ts';
import { problemsError } from '../../common/config/yaml-source.ts';
import { UserError } from '../../common/errors.ts';
import { readExperiment, resolveDataFiles } from '../config-file.ts';

const fields = describeSchema(datasetBuildSchema);

/** Adds a flag for each setting of each kind of build. */
export function addBuildFlags<T>(yargs: Argv<T>): Argv<T> {
  for (const path of new Set(fields.map((field) => field.path))) {
    const same = fields.filter((field) => field.path === path);
    const texts = same.map((field) => {
      const kind = field.when === null ? '' : ` [${field.when.equals}]`;
      const standard =
        field.default === undefined || String(field.default) === '' ? '' : `; ${field.default} by default`;
      return `${field.description} ${describeExpected(field)}${standard}${kind}`;
    });
    yargs.option(toFlag(path), { type: 'string', requiresArg: true, describe: texts.join('\n') });
  }
  return yargs;
}

/**
 * The dataset's name and build that the command line gives.
 * @throws UserError that lists every flag that is wrong, missing or unfit
 */
export function readBuild(
  name: string | undefined,
  config: string | undefined,
  options: Readonly<Record<string, unknown>>,
): { name: string; build: DatasetBuild } {
  const dataset = config === undefined ? undefined : readExperiment(config).dataset;
  if (dataset !== undefined && dataset.build === undefined) {
    throw new UserError({
      what: 'The config has no dataset.build',
      where: config ?? '',
      expected: 'dataset.build',
    });
  }
  const flags = readFlags(options);
  const base = flags.kind === undefined || flags.kind === dataset?.build?.kind ? dataset?.build : undefined;
  const build = checkBuild({ ...base, ...flags });
  return { name: checkName(name ?? dataset?.name), build: resolveDataFiles(build, process.cwd()) };
}

function readFlags(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = [...new Set(fields.map((field) => field.path))].flatMap((path) => {
    const text = options[toFlag(path)];
    return typeof text === 'string' ? [[path, parseOverride(`${path}=${text}`, fields).value] as const] : [];
  });
  return Object.fromEntries(entries);
}

function checkBuild(value: Record<string, unknown>): DatasetBuild {
  const parsed = datasetBuildSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const locate = (path: string[]) => `--${toFlag(path.join('.'))}`;
  throw problemsError(explainIssues(parsed.error.issues, { value, fields, locate }), 'The flags do not fit');
}

function checkName(name: string | undefined): string {
  if (name === undefined) {
    throw new UserError({
      what: 'The dataset has no name',
      expected: 'trm dataset build NAME, or --config FILE',
    });
  }
  const parsed = nameSchema.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new UserError({
    what: `A dataset cannot be named ${JSON.stringify(basename(name))}`,
    found: JSON.stringify(name),
    expected: parsed.error.issues[0]?.message ?? 'a name',
  });
}

function toFlag(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
