// Runs an npm script on the project's own Node and becomes it as far as anyone can tell: same streams,
// same signals, same end.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { npmCommand } from '../system/npm.mjs';
import { projectFolder } from '../system/places.mjs';
import { withFirstInPath } from '../system/processes.mjs';
import { SetupError } from '../system/report.mjs';
import { endLike, passOnSignals } from '../system/signals.mjs';

const packagePath = path.join(projectFolder, 'package.json');

/** @returns {Record<string, string>} */
function readScripts() {
  return JSON.parse(readFileSync(packagePath, 'utf8')).scripts;
}

/**
 * @param {string} script
 * @throws {SetupError} when package.json has no such script
 */
export function demandScript(script) {
  const scripts = readScripts();
  if (Object.hasOwn(scripts, script)) return;
  throw new SetupError({
    what: 'There is no npm script of this name.',
    where: packagePath,
    found: script,
    expected: `one of ${Object.keys(scripts).join(', ')}`,
    remedy: 'name one of these, or none to set up only',
  });
}

/**
 * Ends this process as the script ends.
 * @param {string} script
 * @param {string[]} args
 * @param {string} nodePath
 */
export function runScript(script, args, nodePath) {
  const { command, args: before } = commandOf(script, nodePath);
  const tools = withFirstInPath(process.env, path.join(projectFolder, 'node_modules', '.bin'));
  const env = withFirstInPath(tools, path.dirname(nodePath));
  const child = spawn(command, [...before, ...args], { cwd: projectFolder, stdio: 'inherit', env });
  passOnSignals(child);
  child.on('error', (error) => {
    process.stderr.write(`${command} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', endLike);
}

/**
 * A script that only starts Node on a file is started without npm: npm puts a shell in between, which a
 * signal ends while the program, unaware of it, runs on.
 * @param {string} script
 * @param {string} nodePath
 * @returns {{ command: string, args: string[] }} to which the script's arguments are added
 */
function commandOf(script, nodePath) {
  const file = /^node ([\w./-]+\.(?:mjs|ts))$/.exec(readScripts()[script] ?? '')?.[1];
  if (file !== undefined) return { command: nodePath, args: [file] };
  const npm = npmCommand();
  return { command: npm.command, args: [...npm.args, 'run', '--silent', script, '--'] };
}
