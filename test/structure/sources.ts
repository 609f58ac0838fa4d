// Reads the sources of the project and finds, with TypeScript's own parser, what each of them imports and exports.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** One source file; every path is relative to the project and has forward slashes. */
export interface Source {
  file: string;
  imports: Import[];
  hasDefaultExport: boolean;
  /** The file holds nothing but `export … from`. */
  isBarrel: boolean;
}

export interface Import {
  /** As written: a relative path or a package. */
  specifier: string;
  line: number;
  /** Types vanish when the program runs; such an import still counts between folders, but makes no cycle. */
  typeOnly: boolean;
}

const endings = ['.ts', '.mts', '.cts', '.mjs', '.svelte'];

/** Every source below the folders that exist, sorted by path. */
export function readSources(projectFolder: string, folders: readonly string[]): Source[] {
  const files = folders.flatMap((folder) => listFiles(projectFolder, folder));
  const sources = files.filter((file) => endings.some((ending) => file.endsWith(ending)));
  return sources
    .sort()
    .map((file) => parseSource(file, readFileSync(path.join(projectFolder, file), 'utf8')));
}

function listFiles(projectFolder: string, folder: string): string[] {
  try {
    const names = readdirSync(path.join(projectFolder, folder), { recursive: true, encoding: 'utf8' });
    return names.map((name) => `${folder}/${name.split(path.sep).join('/')}`);
  } catch {
    return [];
  }
}

/** What a file imports, statically, dynamically by a literal, and in a type position. */
export function parseSource(file: string, text: string): Source {
  const code = file.endsWith('.svelte') ? keepScripts(text) : text;
  const parsed = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const source: Source = { file, imports: [], hasDefaultExport: false, isBarrel: false };
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found !== null) source.imports.push({ ...found, line: lineOf(parsed, node) });
    if (isDefaultExport(node)) source.hasDefaultExport = true;
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  source.isBarrel = parsed.statements.length > 0 && parsed.statements.every(isReExport);
  return source;
}

/** Blanks everything of a Svelte file but its scripts, so that lines stay where they are. */
function keepScripts(text: string): string {
  const scripts = /<script[^>]*>([\s\S]*?)<\/script>/g;
  let code = text.replace(/[^\n]/g, ' ');
  for (const match of text.matchAll(scripts)) {
    const body = match[1] ?? '';
    const start = match.index + match[0].indexOf('>') + 1;
    code = code.slice(0, start) + body + code.slice(start + body.length);
  }
  return code;
}

function importOf(node: ts.Node): Omit<Import, 'line'> | null {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: node.moduleSpecifier.text, typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const { literal } = node.argument;
    return ts.isStringLiteral(literal) ? { specifier: literal.text, typeOnly: true } : null;
  }
  if (!ts.isCallExpression(node)) return null;
  const [argument] = node.arguments;
  if (!isLoader(node.expression) || argument === undefined || !ts.isStringLiteralLike(argument)) return null;
  return { specifier: argument.text, typeOnly: false };
}

/** `import`, `require`, `require.resolve` and `createRequire(…)`. */
function isLoader(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(callee)) return callee.text === 'require';
  if (ts.isPropertyAccessExpression(callee))
    return callee.name.text === 'resolve' && isLoader(callee.expression);
  return ts.isCallExpression(callee) && callee.expression.getText() === 'createRequire';
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
}

function isReExport(statement: ts.Statement): boolean {
  return ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined;
}

function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}
