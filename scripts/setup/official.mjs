// The download that TensorFlow.js itself offers: library and built addon, laid out as its package
// expects them. Gives up soon where the host cannot be reached.

import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { explainDiskError } from '../system/disk-troubles.mjs';
import { addonPath, tfjsFolder } from '../system/places.mjs';
import { capture, describeFailure } from '../system/processes.mjs';
import { say, startProgress } from '../system/report.mjs';
import { placeAddon } from './addon.mjs';
import { officialHost, officialVersion } from './official-sources.mjs';

const answerWithinMs = 8_000;
const nextPieceWithinMs = 30_000;

/** The download is out of reach or not what it should be. */
export class OfficialError extends Error {
  name = 'OfficialError';
}

/**
 * Fetches what the cache lacks and puts library and addon into the package's folder.
 * @param {string} cache
 * @param {import('./official-sources.mjs').OfficialSource} source
 * @returns {Promise<string>} the folder of the library
 * @throws {OfficialError}
 */
export async function installOfficial(cache, source) {
  const root = path.join(
    cache,
    'tensorflow',
    `official-${officialVersion}-${process.platform}-${process.arch}`,
  );
  if (!existsSync(root)) await download(root, source);
  const deps = path.join(tfjsFolder, 'deps');
  await rm(deps, { recursive: true, force: true });
  await symlink(path.join(root, 'deps'), deps, 'junction');
  await placeAddon(path.join(root, 'addon', 'tfjs_binding.node'));
  // Windows looks for a library beside the addon.
  const dll = path.join(root, 'deps', 'lib', 'tensorflow.dll');
  if (existsSync(dll)) await copyFile(dll, path.join(path.dirname(addonPath), 'tensorflow.dll'));
  return path.join(root, 'deps', 'lib');
}

/**
 * @param {string} root
 * @param {import('./official-sources.mjs').OfficialSource} source
 */
async function download(root, source) {
  const { version } = JSON.parse(await readFile(path.join(tfjsFolder, 'package.json'), 'utf8'));
  const host = officialHost();
  say(`Trying TensorFlow.js's own download of TensorFlow ${officialVersion} from ${host} …`);
  const staging = `${root}.part-${process.pid}`;
  try {
    await fetchAndUnpack(host + source.library, path.join(staging, 'deps'), 0);
    await fetchAndUnpack(
      host + source.addon.replaceAll('{version}', version),
      path.join(staging, 'addon'),
      1,
    );
    await settleWindowsLayout(path.join(staging, 'deps'));
    await rename(staging, root);
  } catch (error) {
    if (explainDiskError(error) !== null) throw error;
    throw new OfficialError(error instanceof Error ? reasonOf(error) : String(error));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** @param {Error} error */
function reasonOf(error) {
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/**
 * @param {string} address
 * @param {string} folder
 * @param {number} strippedFolders leading folders of the archive to leave out
 */
async function fetchAndUnpack(address, folder, strippedFolders) {
  await mkdir(folder, { recursive: true });
  const archive = path.join(folder, path.basename(address));
  await fetchFile(address, archive);
  const args = ['-xf', archive, '-C', folder, `--strip-components=${strippedFolders}`];
  const outcome = await capture('tar', args, { timeoutMs: 300_000 });
  if (outcome.code !== 0)
    throw new OfficialError(`tar could not unpack ${address}: ${describeFailure(outcome)}`);
  await rm(archive);
}

/**
 * @param {string} address
 * @param {string} file
 */
async function fetchFile(address, file) {
  const stop = new AbortController();
  let timer = setTimeout(
    () => stop.abort(new Error(`no answer within ${answerWithinMs / 1000} s`)),
    answerWithinMs,
  );
  const restart = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stop.abort(new Error('the download stalled')), nextPieceWithinMs);
  };
  try {
    const answer = await fetch(address, { signal: stop.signal });
    if (!answer.ok || answer.body === null) throw new OfficialError(`${address} answers ${answer.status}`);
    const progress = startProgress('Downloading', Number(answer.headers.get('content-length') ?? 0));
    const body = Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (answer.body));
    body.on('data', (piece) => {
      restart();
      progress.add(piece.length);
    });
    await pipeline(body, createWriteStream(file));
    progress.end();
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The Windows archive holds the library at its top.
 * @param {string} deps
 */
async function settleWindowsLayout(deps) {
  if (!(await readdir(deps)).includes('tensorflow.dll')) return;
  await mkdir(path.join(deps, 'lib'), { recursive: true });
  await rename(path.join(deps, 'tensorflow.dll'), path.join(deps, 'lib', 'tensorflow.dll'));
}
