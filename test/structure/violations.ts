// Holds the sources against the rules. Each violation is one sentence that says where it is and how to mend it.

import { isBuiltin } from 'node:module';
import path from 'node:path';
import {
  emptyFolderNames,
  type FolderRule,
  folderRules,
  innerBoundaries,
  type Platform,
  packagePlatforms,
  projectData,
} from './rules.ts';
import type { Import, Source } from './sources.ts';

/** Imports across folders, and of packages, that the table does not allow. */
export function findForbiddenImports(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((entry) => {
      const problem = entry.specifier.startsWith('.')
        ? problemOfOwn(source, targetOf(source, entry))
        : problemOfPackage(source, entry.specifier);
      return problem === null ? [] : [`${source.file}:${entry.line} imports ${entry.specifier}: ${problem}`];
    }),
  );
}

function problemOfOwn(source: Source, target: string): string | null {
  for (const { folder, forbidden, except } of innerBoundaries) {
    const crosses = isIn(source.file, folder) && isIn(target, forbidden);
    if (crosses && !(except !== null && isIn(target, except))) {
      return `${folder}/ knows nothing of ${forbidden}/. Pass what it needs as an argument, or move the code that both need.`;
    }
  }
  const rule = ruleOf(source.file);
  if (rule === undefined || rule.ownFolders === 'any' || projectData.includes(target)) return null;
  if ([rule.folder, ...rule.ownFolders].some((folder) => isIn(target, folder))) return null;
  return `${rule.folder}/ may import of the own folders only ${list([rule.folder, ...rule.ownFolders])}. Move what both need to common/, or send it as a message.`;
}

function problemOfPackage(source: Source, specifier: string): string | null {
  const rule = ruleOf(source.file);
  if (rule === undefined || rule.platforms === 'any') return null;
  const platform = platformOf(specifier);
  if (platform === null) {
    return 'no platform is named for this package. Add it to packagePlatforms in test/structure/rules.ts.';
  }
  if (rule.platforms.includes(platform)) return null;
  return `${rule.folder}/ runs without ${platform}; it may use ${list(rule.platforms)}. Move this code to a folder that may.`;
}

function platformOf(specifier: string): Platform | null {
  if (isBuiltin(specifier)) return 'node';
  for (const [name, platform] of Object.entries(packagePlatforms)) {
    if (name.endsWith('*') && specifier.startsWith(name.slice(0, -1))) return platform;
    if (specifier === name || specifier.startsWith(`${name}/`)) return platform;
  }
  return null;
}

/** Circles of imports that exist when the program runs; each is given once, from its first file in the alphabet. */
export function findCycles(sources: readonly Source[]): string[] {
  const targets = new Map(sources.map((source) => [source.file, runtimeTargets(source)]));
  const finished = new Set<string>();
  const cycles = new Set<string>();
  const walk = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) cycles.add(describeCycle(trail.slice(at)));
    if (at >= 0 || finished.has(file)) return;
    for (const target of targets.get(file) ?? []) walk(target, [...trail, file]);
    finished.add(file);
  };
  for (const { file } of sources) walk(file, []);
  return [...cycles].sort();
}

function runtimeTargets(source: Source): string[] {
  const relative = source.imports.filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly);
  return relative.map((entry) => targetOf(source, entry));
}

function describeCycle(files: readonly string[]): string {
  const first = files.indexOf([...files].sort()[0] ?? '');
  const turned = [...files.slice(first), ...files.slice(0, first)];
  return `${[...turned, turned[0]].join(' → ')}: a cycle. Move what they share to a file of its own.`;
}

/** Barrel files, default exports and folder names that say nothing. */
export function findBadForms(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const problems: string[] = [];
    if (source.isBarrel) {
      problems.push(`${source.file} only re-exports. Delete it and import from the files themselves.`);
    }
    if (source.hasDefaultExport && source.file.endsWith('.ts')) {
      problems.push(`${source.file} has a default export. Give it a name.`);
    }
    const empty = path.posix
      .dirname(source.file)
      .split('/')
      .find((name) => emptyFolderNames.includes(name));
    if (empty !== undefined) {
      problems.push(`${source.file} lies in a folder named ${empty}. Name the folder after what it holds.`);
    }
    return problems;
  });
}

/** The rows that ARCHITECTURE.md must show, as far as they are missing or different there. */
export function findTableDifferences(markdown: string): string[] {
  const rows = markdown.split('\n').map((line) => line.split('|').slice(1, 3).map(plainCell));
  return folderRules.flatMap(({ folder, ownFolders, shown }) => {
    const expected = ownFolders === 'any' ? 'any' : ownFolders.join(', ');
    const found = rows.flatMap(([name, own]) => (name === folder && own !== undefined ? [own] : []));
    if (!shown || found.includes(expected)) return [];
    const shownThere = found[0] === undefined ? 'no row' : `"${found[0]}"`;
    return [
      `ARCHITECTURE.md, row ${folder}, own folders: found ${shownThere}, expected "${expected}" as in test/structure/rules.ts.`,
    ];
  });
}

function plainCell(cell: string): string {
  return cell.replaceAll('`', '').trim().replace(/\/$/, '');
}

function targetOf(source: Source, entry: Import): string {
  return path.posix.normalize(path.posix.join(path.posix.dirname(source.file), entry.specifier));
}

function ruleOf(file: string): FolderRule | undefined {
  return folderRules.find(({ folder }) => isIn(file, folder));
}

function isIn(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`);
}

function list(names: readonly string[]): string {
  return [...new Set(names)].join(', ');
}
