// The command `trm` in node_modules/.bin, where npx and npm scripts look first. npm puts the commands of a
// package's dependencies there, but not the package's own.

import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * @param {string} project the folder of package.json
 * @param {NodeJS.Platform} platform
 * @returns {string}
 */
function linkPath(project, platform) {
  return path.join(project, 'node_modules', '.bin', platform === 'win32' ? 'trm.cmd' : 'trm');
}

/**
 * @param {string} project
 * @param {NodeJS.Platform} [platform]
 * @returns {boolean} whether the command is there and leads somewhere
 */
export function hasCommandLink(project, platform = process.platform) {
  return existsSync(linkPath(project, platform));
}

/**
 * Makes the command, or makes it anew.
 * @param {string} project
 * @param {NodeJS.Platform} [platform]
 */
export function linkCommand(project, platform = process.platform) {
  const link = linkPath(project, platform);
  mkdirSync(path.dirname(link), { recursive: true });
  rmSync(link, { force: true });
  if (platform === 'win32') writeFileSync(link, '@node "%~dp0\\..\\..\\scripts\\trm.mjs" %*\r\n');
  else symlinkSync(path.join('..', '..', 'scripts', 'trm.mjs'), link);
}
