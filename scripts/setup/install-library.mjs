// Brings TensorFlow's C library into the cache: fetches the wheels, unpacks what is needed of them with each file
// checked against the wheel's own checksums, and puts the result in place whole by one rename.

import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { formatSize, SetupError, say, startProgress } from '../system/report.mjs';
import { libraryRoot, writeList } from './library.mjs';
import { DownloadError, fetchWheel } from './pip.mjs';
import { parseRecord, requirementsOfExtra } from './requirements.mjs';
import { neededHeaders } from './wheels.mjs';
import { extractEntry, readEntryText } from './zip.mjs';
import { readZipEntries, ZipError } from './zip-directory.mjs';

/**
 * @typedef {import('./library.mjs').ListedFile} ListedFile
 * @typedef {import('./wheels.mjs').WheelSource} WheelSource
 */

/** With less than this free, a download that fails failed for lack of space. */
const nearlyFullBytes = 50e6;

/**
 * Fetches and unpacks. Wheels that were already fetched are used again.
 * @param {object} order
 * @param {string} order.cache
 * @param {'cpu' | 'gpu'} order.device
 * @param {string} order.python
 * @param {WheelSource} order.source
 * @throws {SetupError} when the disk is full or the folder cannot be written
 * @throws {DownloadError} when pip cannot fetch a wheel
 */
export async function installLibrary({ cache, device, python, source }) {
  const root = libraryRoot(cache, device);
  const downloads = path.join(cache, 'downloads', path.basename(root));
  await mkdir(path.dirname(root), { recursive: true });
  await demandSpace(path.dirname(root), source.diskBytes);
  say(`Downloading ${source.requirement} with pip (${source.download}, once for this user) …`);
  for (let attempt = 1; ; attempt += 1) {
    const order = { python, platforms: source.platforms, folder: downloads };
    const staging = `${root}.part-${process.pid}`;
    try {
      const files = await unpackAll(order, source, staging);
      await writeList(staging, device, files);
      await replaceFolder(staging, root);
      await rm(downloads, { recursive: true, force: true });
      return;
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      if (error instanceof DownloadError) await demandSpace(path.dirname(root), nearlyFullBytes);
      if (!(error instanceof ZipError) || attempt === 2) throw error;
      say(`${error.message}. Downloading it again …`);
      await rm(downloads, { recursive: true, force: true });
    }
  }
}

/**
 * @param {{ python: string, platforms: string[], folder: string }} order
 * @param {WheelSource} source
 * @param {string} staging
 * @returns {Promise<ListedFile[]>}
 */
async function unpackAll(order, source, staging) {
  const wheel = await fetchWheel({ ...order, requirement: source.requirement });
  const main = await openWheel(wheel);
  /** @param {string} name */
  const isWanted = (name) =>
    source.libraries.includes(name) ||
    (name.endsWith('.h') && neededHeaders.some((start) => name.startsWith(start)));
  const files = await unpack(main, isWanted, staging);
  for (const library of source.libraries) {
    if (!files.some((file) => file.path === library))
      throw new ZipError(`${main.name} does not hold ${library}`);
  }
  if (source.extra === null) return files;
  for (const requirement of requirementsOfExtra(await main.text('METADATA'), source.extra)) {
    const part = await openWheel(await fetchWheel({ ...order, requirement }));
    files.push(...(await unpack(part, isCudaRuntime, staging)));
  }
  return files;
}

/**
 * What runs, without what one compiles and links against.
 * @param {string} name
 */
export function isCudaRuntime(name) {
  return name.startsWith('nvidia/') && !name.includes('/include/') && !/\.(a|py|pyc)$/.test(name);
}

/** @param {string} file */
async function openWheel(file) {
  const entries = await readZipEntries(file);
  return {
    file,
    name: path.basename(file),
    entries,
    /** @param {string} part a file of the dist-info folder */
    async text(part) {
      const entry = [...entries.values()].find(
        ({ name }) => /^[^/]+\.dist-info\//.test(name) && name.endsWith(`/${part}`),
      );
      if (entry === undefined) throw new ZipError(`${path.basename(file)} does not hold ${part}`);
      return readEntryText(file, entry);
    },
  };
}

/**
 * @param {Awaited<ReturnType<typeof openWheel>>} wheel
 * @param {(name: string) => boolean} isWanted
 * @param {string} staging
 * @returns {Promise<ListedFile[]>}
 */
async function unpack(wheel, isWanted, staging) {
  const checksums = parseRecord(await wheel.text('RECORD'));
  const wanted = [...wheel.entries.values()].filter((entry) => isWanted(entry.name));
  const totalBytes = wanted.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const progress = startProgress(`Unpacking ${wheel.name.split('-').slice(0, 2).join(' ')}`, totalBytes);
  /** @type {ListedFile[]} */
  const files = [];
  for (const entry of wanted) {
    const place = path.join(staging, ...entry.name.split('/'));
    const sha256 = await extractEntry(wheel.file, entry, place, progress.add);
    if (checksums.get(entry.name) !== sha256) {
      throw new ZipError(`${wheel.name} is damaged: the checksum of ${entry.name} is wrong`);
    }
    const { size, mtimeMs } = await stat(place);
    files.push({ path: entry.name, sizeBytes: size, modifiedMs: mtimeMs, sha256 });
  }
  progress.end();
  return files;
}

/**
 * @param {string} fresh
 * @param {string} place
 */
async function replaceFolder(fresh, place) {
  const old = `${place}.old-${process.pid}`;
  await rename(place, old).catch(() => {});
  await rename(fresh, place);
  await rm(old, { recursive: true, force: true });
}

/**
 * Removes what interrupted set-ups left; the caller holds the lock, so nobody is at work on it.
 * @param {string} cache
 */
export async function sweepLeftovers(cache) {
  const folder = path.join(cache, 'tensorflow');
  for (const name of await readdir(folder).catch(() => [])) {
    if (/\.(part|old)-\d+$/.test(name)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {number} neededBytes
 */
async function demandSpace(folder, neededBytes) {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= neededBytes) return;
  throw new SetupError({
    what: 'There is too little free space for TensorFlow.',
    where: folder,
    found: `${formatSize(bavail * bsize)} free`,
    expected: `${formatSize(neededBytes)} while it is unpacked`,
    remedy: 'free some space, or name another folder with the variable TRM_CACHE; then repeat: npm run setup',
  });
}
