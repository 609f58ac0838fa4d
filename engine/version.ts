// The version of the app, from its package.json.

import { join } from 'node:path';
import { readTextFile } from './files.ts';
import { projectFolder } from './paths.ts';

export function appVersion(): string {
  return packageVersion(projectFolder) ?? 'unknown';
}

/** The version of the package in a folder, or undefined when there is none. */
export function packageVersion(folder: string): string | undefined {
  const text = readTextFile(join(folder, 'package.json'));
  const facts: unknown = text === null ? null : JSON.parse(text);
  if (typeof facts !== 'object' || facts === null || !('version' in facts)) return undefined;
  return typeof facts.version === 'string' ? facts.version : undefined;
}

/** The names of the packages that the app depends on. */
export function dependencyNames(): string[] {
  const text = readTextFile(join(projectFolder, 'package.json'));
  const facts: unknown = text === null ? null : JSON.parse(text);
  if (typeof facts !== 'object' || facts === null || !('dependencies' in facts)) return [];
  return Object.keys(facts.dependencies ?? {});
}
