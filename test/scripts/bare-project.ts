// Copies of the project's scripts without anything else, and their runs as child processes.

import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from '../temporary-folder.ts';

export const projectFolder = path.resolve(import.meta.dirname, '..', '..');

/** Writes text files below a folder: { 'a/b.txt': 'text' }. */
export function writeFiles(folder: string, files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
}

/** A project that has the scripts and nothing else: no packages, no set-up. */
export function bareProject(context: TestContext): string {
  const folder = path.join(temporaryFolder(context), 'project');
  cpSync(path.join(projectFolder, 'scripts'), path.join(folder, 'scripts'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) {
    cpSync(path.join(projectFolder, file), path.join(folder, file));
  }
  return folder;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a script of a project to its end on the Node that runs the tests. */
export function runScript(
  folder: string,
  script: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return collect(
    spawn(process.execPath, [path.join(folder, 'scripts', script), ...args], {
      cwd: folder,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    }),
  );
}

function collect(child: ChildProcess): Promise<Ended> {
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    ended.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    ended.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...ended, code }));
  });
}
