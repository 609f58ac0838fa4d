// Turns what a schema has against a config into problems that a user can act on: the setting, the value
// found, what was expected, and the name that was probably meant.

import type { z } from 'zod';
import type { ErrorDetails } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { describeExpected, type FieldDescription, joinChoices } from './describe.ts';

type Issue = z.core.$ZodIssue;

export interface ExplainOptions {
  /** What was checked. */
  value: unknown;
  /** The settings that the schema knows. */
  fields: FieldDescription[];
  /** Where the setting of this path stands, for example `demo.yaml:12`; undefined where that says nothing. */
  locate(path: string[]): string | undefined;
  /** Keys allowed at the top beside the schema's own. */
  otherKeys?: string[];
  /** What a setting is called in messages, where not by its path. */
  nameOf?(path: string[]): string;
}

/** One problem for each setting that is wrong, missing or unknown, in the order of the schema. */
export function explainIssues(issues: Issue[], options: ExplainOptions): ErrorDetails[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String);
    const item = findListItem(path, options);
    if (item !== undefined) return explainIssues([{ ...issue, path: item.path }], item.options);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => explainUnknown(path, key, options));
    return [explainValue(issue, path, options)];
  });
}

/** The place of an issue inside a list item that has the settings of another section, as if it stood there. */
function findListItem(
  path: string[],
  options: ExplainOptions,
): { path: string[]; options: ExplainOptions } | undefined {
  for (const { path: listPath, itemsLike } of options.fields) {
    const list = listPath.split('.');
    const isInside = path.length > list.length && list.every((key, index) => path[index] === key);
    if (itemsLike === undefined || !isInside) continue;
    const item = path.slice(0, list.length + 1);
    const section = itemsLike.split('.');
    const realPath = (like: string[]) => [...item, ...like.slice(section.length)];
    const value = section.reduceRight<unknown>(
      (inner, key) => ({ [key]: inner }),
      valueAt(options.value, item),
    );
    return {
      path: [...section, ...path.slice(item.length)],
      options: {
        value,
        fields: options.fields.filter((field) => field.path !== listPath),
        locate: (like) => options.locate(realPath(like)),
        nameOf: (like) => realPath(like).join('.'),
      },
    };
  }
  return undefined;
}

/** The value at a path of nested records, or undefined. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = Object.entries(current).find(([name]) => name === key)?.[1];
  }
  return current;
}

/** A value as it stands in a message; sections and lists are named, not printed. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'nothing (an empty value)';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return `a section with ${Object.keys(value).join(', ') || 'nothing in it'}`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** The settings that exist in `value`, given the kinds it chooses. */
function applicableFields(fields: FieldDescription[], value: unknown): FieldDescription[] {
  return fields.filter((field) => {
    if (field.when === null) return true;
    const kind = valueAt(value, field.when.path.split('.'));
    return kind === undefined || kind === field.when.equals;
  });
}

/** The problem of a key that no setting has: `section` is the path of the section that holds it. */
function explainUnknown(section: string[], key: string, options: ExplainOptions): ErrorDetails {
  const fields = applicableFields(options.fields, options.value);
  const path = nameOf([...section, key], options);
  const siblings = keysIn(section, fields, options);
  return {
    what: `${path} is not a setting`,
    ...place([...section, key], options),
    found: `${key}: ${describeValue(valueAt(options.value, [...section, key]))}`,
    expected: `one of ${siblings.join(', ')}`,
    ...remedy(suggestSetting(section, key, siblings, fields, options)),
  };
}

function explainValue(issue: Issue, path: string[], options: ExplainOptions): ErrorDetails {
  const value = valueAt(options.value, path);
  const field = applicableFields(options.fields, options.value).find(
    (known) => known.path === path.join('.'),
  );
  const name = nameOf(path, options) || 'the experiment';
  const choices = field?.choices?.map(String) ?? [];
  const misspelt = typeof value === 'string' && !choices.includes(value);
  const found =
    value === undefined && field?.default !== undefined
      ? `${describeValue(field.default)} (its default)`
      : describeValue(value);
  return {
    what: found === 'nothing' ? `${name} is missing` : `${name} cannot be ${found}`,
    ...place(path, options),
    found,
    expected: expectedBy(issue, field, path, options),
    ...remedy(misspelt ? didYouMean(value, choices) : undefined),
  };
}

function expectedBy(
  issue: Issue,
  field: FieldDescription | undefined,
  path: string[],
  options: ExplainOptions,
): string {
  if (issue.code === 'custom' || issue.code === 'invalid_format') return issue.message;
  if (field !== undefined) return describeExpected(field);
  const keys = keysIn(path, applicableFields(options.fields, options.value), options);
  return keys.length === 0 ? issue.message : `a section with ${keys.join(', ')}`;
}

function keysIn(section: string[], fields: FieldDescription[], options: ExplainOptions): string[] {
  const inside = fields.map((field) => field.path.split('.'));
  const own = inside.filter((path) => section.every((key, index) => path[index] === key));
  const keys = own.flatMap((path) => path.slice(section.length, section.length + 1));
  return [...new Set([...keys, ...(section.length === 0 ? (options.otherKeys ?? []) : [])])];
}

function suggestSetting(
  section: string[],
  key: string,
  siblings: string[],
  fields: FieldDescription[],
  options: ExplainOptions,
) {
  const elsewhere = fields.filter((field) => field.path.split('.').at(-1) === key);
  if (elsewhere.length > 0)
    return `did you mean ${joinChoices([...new Set(elsewhere.map((field) => field.path))])}?`;
  const prefix = section.length === 0 ? '' : `${nameOf(section, options)}.`;
  const near = didYouMean(key, siblings);
  return near?.replace('did you mean ', `did you mean ${prefix}`);
}

function nameOf(path: string[], options: ExplainOptions): string {
  return options.nameOf?.(path) ?? path.join('.');
}

function place(path: string[], options: ExplainOptions): { where?: string } {
  const where = options.locate(path);
  return where === undefined ? {} : { where };
}

function remedy(text: string | undefined): { remedy?: string } {
  return text === undefined ? {} : { remedy: text };
}
