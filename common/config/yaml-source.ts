// Reads the YAML text of a config into plain values, and remembers the file and line of every setting.

import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { type ErrorDetails, UserError } from '../errors.ts';

/** A config file's text with the name it has in messages. */
export interface ConfigSource {
  fileName: string;
  text: string;
}

/** Values as read, and the `file:line` of each setting by its dotted path. */
export interface LocatedConfig {
  value: Record<string, unknown>;
  places: Map<string, string>;
}

/** @throws UserError that lists every syntax error with its line, or says that the text is not a record */
export function readYamlConfig({ fileName, text }: ConfigSource): LocatedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = [...document.errors, ...document.warnings].map(
    (fault): ErrorDetails => ({
      what: fault.message.replace(/\.$/, ''),
      where: `${fileName}:${lines.linePos(fault.pos[0]).line}`,
    }),
  );
  if (faults.length > 0) throw problemsError(faults, `${fileName} is not valid YAML`);
  const value = toPlainValue(document, fileName);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError({
      what: `${fileName} is not an experiment`,
      where: fileName,
      found: Array.isArray(value) ? 'a list' : JSON.stringify(value),
      expected: 'settings as key: value, the first of them name: and dataset:',
    });
  }
  const places = new Map<string, string>();
  recordPlaces(document.contents, [], (path, offset) => {
    places.set(path.join('.'), `${fileName}:${lines.linePos(offset).line}`);
  });
  return { value: { ...value }, places };
}

/** One error of several problems: the problem itself when there is one, else a list under `title`. */
export function problemsError(problems: ErrorDetails[], title: string): UserError {
  const [only] = problems;
  if (only !== undefined && problems.length === 1) return new UserError(only);
  return new UserError({ what: `${title}: ${problems.length} problems`, problems });
}

function toPlainValue(document: Document.Parsed, fileName: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw new UserError(
      {
        what: `${fileName} cannot be read`,
        where: fileName,
        found: error instanceof Error ? error.message : String(error),
        expected: 'YAML whose aliases (*name) refer to anchors and do not multiply without end',
      },
      { cause: error },
    );
  }
}

function recordPlaces(node: unknown, path: string[], record: (path: string[], offset: number) => void): void {
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const itemPath = [...path, String(index)];
      if (isNode(item) && item.range) record(itemPath, item.range[0]);
      recordPlaces(item, itemPath, record);
    }
  }
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    const childPath = [...path, String(key.value)];
    if (key.range) record(childPath, key.range[0]);
    recordPlaces(value, childPath, record);
  }
}
