// Settings given on the command line in place of those in a file: `model.hiddenSize=256`. A path that no
// setting has is an error that names the nearest one.

import { parseDocument } from 'yaml';
import { UserError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { describeFields, type FieldDescription } from './describe.ts';

export interface Override {
  /** As it was written. */
  text: string;
  path: string[];
  value: unknown;
}

/**
 * Reads `path=value`; the value is a YAML scalar, or the text as it stands where the setting is a text.
 * @throws UserError when there is no `=`, no such setting, or the value is not a scalar
 */
export function parseOverride(text: string, fields: FieldDescription[] = describeFields()): Override {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new UserError({
      what: `${JSON.stringify(text)} does not set anything`,
      found: JSON.stringify(text),
      expected: 'path=value, for example model.hiddenSize=256',
    });
  }
  const name = text.slice(0, equals).trim();
  const field = fields.find((known) => known.path === name);
  if (field === undefined) throw unknownSetting(text, name, fields);
  return { text, path: name.split('.'), value: parseScalar(text, text.slice(equals + 1), field) };
}

function parseScalar(override: string, text: string, field: FieldDescription): unknown {
  const document = parseDocument(text);
  const value: unknown = document.errors.length === 0 ? document.toJS() : undefined;
  if (field.type === 'text') return typeof value === 'string' ? value : text;
  if (field.type === 'list') return Array.isArray(value) ? value : text;
  if (value === undefined || (typeof value === 'object' && value !== null)) {
    throw new UserError({
      what: `The value of ${field.path} cannot be read`,
      where: `override ${override}`,
      found: JSON.stringify(text),
      expected: `one ${field.type === 'choice' ? 'of its choices' : field.type}`,
    });
  }
  return value;
}

function unknownSetting(text: string, name: string, fields: FieldDescription[]): UserError {
  const paths = [...new Set(fields.map((field) => field.path))];
  const inside = paths.filter((path) => path.startsWith(`${name}.`));
  if (inside.length > 0) {
    return new UserError({
      what: `${name} is a section, not a setting`,
      where: `override ${text}`,
      found: name,
      expected: `one of its settings: ${inside.join(', ')}`,
    });
  }
  const key = name.slice(name.lastIndexOf('.') + 1);
  const section = name.slice(0, name.lastIndexOf('.') + 1);
  const sameKey = paths.filter((path) => path.split('.').at(-1) === key);
  const siblings = paths.filter((path) => path.startsWith(section)).map((path) => path.slice(section.length));
  const nearSibling = section === '' ? [] : nearest(key, siblings).map((sibling) => section + sibling);
  const near = [sameKey, nearSibling, nearest(name, paths)].find((paths) => paths.length > 0) ?? [];
  return new UserError({
    what: `${name} is not a setting`,
    where: `override ${text}`,
    found: name,
    expected: 'the path of a setting; trm config fields lists them',
    ...(near.length === 0 ? {} : { remedy: `did you mean ${near.join(' or ')}?` }),
  });
}
