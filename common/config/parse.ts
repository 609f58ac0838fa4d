// Reads an experiment from YAML text, what it extends, and overrides. Every fault in it is reported at once,
// each with the file and line, the setting, the value found and what was expected.

import { stringify } from 'yaml';
import { type ErrorDetails, UserError } from '../errors.ts';
import { describeFields } from './describe.ts';
import { type Experiment, experimentSchema } from './experiment.ts';
import { type Override, parseOverride } from './overrides.ts';
import { explainIssues } from './problems.ts';
import { type ConfigSource, type LocatedConfig, problemsError, readYamlConfig } from './yaml-source.ts';

export interface ParseOptions {
  /** The name of the text in messages; also what `extends` is relative to. */
  fileName: string;
  /** Settings as `path=value`, which win over the file's. */
  overrides?: readonly string[];
  /**
   * Reads the file that `extends` names in `fromFile`. Must return the same fileName for the same file, and
   * throw a UserError where there is none.
   */
  readFile?: (reference: string, fromFile: string) => ConfigSource;
  /** Makes paths in one file's settings, not checked yet, independent of the file they stand in. */
  anchorPaths?: (settings: Record<string, unknown>, fromFile: string) => Record<string, unknown>;
}

/** @throws UserError that lists every problem of the text and the overrides */
export function parseExperiment(text: string, options: ParseOptions): Experiment {
  const config = readLayers({ fileName: options.fileName, text }, options, []);
  const problems: ErrorDetails[] = [];
  for (const override of readOverrides(options.overrides ?? [], problems)) applyOverride(config, override);

  const parsed = experimentSchema.safeParse(config.value);
  if (!parsed.success) {
    problems.push(
      ...explainIssues(parsed.error.issues, {
        value: config.value,
        fields: describeFields(),
        locate: (path) => placeOf(config.places, path) ?? options.fileName,
        otherKeys: ['extends'],
      }),
    );
  }
  if (!parsed.success || problems.length > 0) throw problemsError(problems, `${options.fileName} has errors`);
  return parsed.data;
}

/** The YAML text of an experiment with every setting written out; parsing it gives the same experiment. */
export function experimentToYaml(experiment: Experiment): string {
  return stringify(experiment, { lineWidth: 110 });
}

function readLayers(source: ConfigSource, options: ParseOptions, chain: string[]): LocatedConfig {
  const config = readYamlConfig(source);
  config.value = options.anchorPaths?.(config.value, source.fileName) ?? config.value;
  const { extends: base, ...own } = config.value;
  if (base === undefined) return config;
  const where = config.places.get('extends') ?? source.fileName;
  if (typeof base !== 'string' || base === '') {
    throw new UserError({
      what: 'extends cannot be followed',
      where,
      found: JSON.stringify(base),
      expected: 'the name of a YAML file, relative to this one',
    });
  }
  if (options.readFile === undefined) {
    throw new UserError({
      what: 'extends cannot be followed here',
      where,
      found: base,
      expected: 'a config without it',
    });
  }
  const baseSource = options.readFile(base, source.fileName);
  const files = [...chain, source.fileName];
  if (files.includes(baseSource.fileName)) {
    throw new UserError({
      what: 'extends goes round in a circle',
      where,
      found: [...files, baseSource.fileName].join(' → '),
      expected: 'a base that does not extend this file',
    });
  }
  const below = readLayers(baseSource, options, files);
  const value = layer(below.value, own);
  return { value: isSection(value) ? value : own, places: new Map([...below.places, ...config.places]) };
}

/** `over` laid on `base`, section by section; a section of another `kind` replaces the one below it. */
function layer(base: unknown, over: unknown): unknown {
  if (!isSection(base) || !isSection(over)) return over;
  if (over.kind !== undefined && base.kind !== undefined && over.kind !== base.kind) return over;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(
    keys.map((key) => [key, Object.hasOwn(over, key) ? layer(base[key], over[key]) : base[key]]),
  );
}

function readOverrides(texts: readonly string[], problems: ErrorDetails[]): Override[] {
  const fields = describeFields();
  return texts.flatMap((text) => {
    try {
      return [parseOverride(text, fields)];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.details);
      return [];
    }
  });
}

function applyOverride(config: LocatedConfig, { text, path, value }: Override): void {
  const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  const layered = layer(config.value, nested);
  if (isSection(layered)) config.value = layered;
  config.places.set(path.join('.'), `override ${text}`);
}

function placeOf(places: Map<string, string>, path: string[]): string | undefined {
  for (let length = path.length; length > 0; length--) {
    const place = places.get(path.slice(0, length).join('.'));
    if (place !== undefined) return place;
  }
  return undefined;
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
