// How to start npm: the one that started us if there is one, else the one in PATH.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { findExecutable } from './processes.mjs';
import { SetupError } from './report.mjs';

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ command: string, args: string[] }} to be started without a shell
 * @throws {SetupError} when there is no npm
 */
export function npmCommand(env = process.env) {
  const scripts = [
    env.npm_execpath,
    path.join(path.dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  for (const script of scripts) {
    if (script?.endsWith('npm-cli.js') && existsSync(script)) {
      return { command: process.execPath, args: [script] };
    }
  }
  const npm = findExecutable('npm', env);
  if (npm !== null && process.platform !== 'win32') return { command: npm, args: [] };
  throw new SetupError({
    what: 'npm was not found.',
    expected: 'npm in PATH; it comes with Node',
    remedy: 'install npm, then repeat: npm run setup',
  });
}
