// A display for the window: the one there is, else a virtual one, with the libraries that Electron and Chromium need. As root
// on Debian and its kin what is missing is installed and that is said; otherwise the one command is printed.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { SetupError, say } from '../system/report.mjs';

const packages = [
  'xvfb',
  'xauth',
  'libgtk-3-0',
  'libnss3',
  'libgbm1',
  'libasound2',
  'libatk-bridge2.0-0',
  'libcups2',
  'libdrm2',
  'libxss1',
];

/** The command in front of a program that shows windows. @returns {string[]} */
export function displayCommand() {
  if (process.platform !== 'linux') return [];
  ensureLibraries();
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? [] : ['xvfb-run', '-a'];
}

/** @returns {string} the path of a Chromium for tests in a browser */
export function ensureChromium() {
  const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = known.find((file) => existsSync(file));
  if (found !== undefined) return found;
  install(['chromium']);
  return known[0] ?? '';
}

/** What windows need, with a virtual display where there is none. */
export function ensureLibraries() {
  const hasDisplay = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  const isMissing =
    (!hasDisplay && !hasProgram('xvfb-run')) || !hasLibrary('libgtk-3.so.0') || !hasLibrary('libnss3.so');
  if (isMissing) install(packages);
}

/** @param {string[]} names */
function install(names) {
  const command = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  if (process.getuid?.() !== 0 || !hasProgram('apt-get')) {
    throw new SetupError({
      what: 'Libraries of the system that a window needs are missing',
      expected: names.join(' '),
      remedy: `sudo ${command}, then try again`,
    });
  }
  say(`Installing with apt: ${names.join(' ')}`);
  const run = (/** @type {string} */ text) =>
    spawnSync('sh', ['-c', text], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (run(`DEBIAN_FRONTEND=noninteractive ${command}`).status === 0) return;
  run('apt-get update');
  if (run(`DEBIAN_FRONTEND=noninteractive ${command}`).status !== 0)
    throw new SetupError({ what: 'Libraries of the system could not be installed', where: command });
}

/** @param {string} name */
function hasProgram(name) {
  return spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;
}

/** @param {string} name */
function hasLibrary(name) {
  const { stdout } = spawnSync('sh', ['-c', '/sbin/ldconfig -p || ldconfig -p'], { encoding: 'utf8' });
  return stdout.includes(name);
}
