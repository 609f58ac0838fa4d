// The files of a bundle that the project brings along: the runners, and the web app, which is built where it is not.

import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { UserError } from '../../common/errors.ts';
import { sha256Of } from './archive.ts';

const projectFolder = resolve(import.meta.dirname, '../..');
const buildScript = join(projectFolder, 'scripts', 'edge', 'build.mjs');
const runnersFolder = join(projectFolder, 'edge', 'runners');

/** Every file below the folder, by its path with forward slashes. */
async function readFolder(folder: string): Promise<Map<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Uint8Array>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1).replaceAll(sep, '/'), await readFile(path));
  }
  return files;
}

export function readRunners(): Promise<Map<string, Uint8Array>> {
  return readFolder(runnersFolder);
}

/** The web app with ONNX Runtime. @throws UserError when it has to be built and cannot be */
export async function readWebApp(signal: AbortSignal): Promise<Map<string, Uint8Array>> {
  return readFolder(await buildWebApp(signal));
}

/** Where the web app lies. */
function buildWebApp(signal: AbortSignal): Promise<string> {
  return new Promise((found, failed) => {
    const child = spawn(process.execPath, [buildScript], { signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, trouble] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (trouble += text));
    child.on('error', failed);
    child.on('close', (code) => {
      const folder = output.trim().split('\n').at(-1) ?? '';
      if (code === 0 && folder !== '') return found(folder);
      failed(
        new UserError({
          what: 'The web app of the bundle could not be built',
          where: buildScript,
          found: trouble.trim().split('\n').slice(-3).join(' ') || `exit code ${code}`,
          remedy: 'run npm install in the project, or leave the web app out with --without-runtime',
        }),
      );
    });
  });
}

/**
 * The service worker with what it keeps. Its text changes with every file of the bundle, which is how browsers notice
 * a new one.
 * @param kept paths relative to the service worker
 */
export function completeServiceWorker(
  template: Uint8Array,
  kept: ReadonlyMap<string, Uint8Array>,
  onDemand: readonly string[],
): Uint8Array {
  const paths = [...kept.keys()].sort();
  const digest = sha256Of(
    paths.map((path) => `${path} ${sha256Of(kept.get(path) as Uint8Array)}\n`).join(''),
  );
  const bundle = { version: digest.slice(0, 16), files: paths.filter((path) => !onDemand.includes(path)) };
  const text = `const bundle = ${JSON.stringify(bundle)};\n${new TextDecoder().decode(template)}`;
  return new TextEncoder().encode(text);
}
