// Builds the web app of edge bundles into `dist/edge`, with ONNX Runtime beside it: where it is not there or older than
// what it is made of. Prints the folder.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFolder } from '../system/places.mjs';
import { iconPng, iconSvg } from './icons.mjs';

const output = path.join(projectFolder, 'dist', 'edge');
const stampFile = path.join(projectFolder, 'dist', 'edge-built-from.txt');
const sourceFolder = path.join(projectFolder, 'edge', 'web');
const runtimeFolder = path.join(projectFolder, 'node_modules', 'onnxruntime-web', 'dist');

/** What WebAssembly and WebGPU need; the ending .js is one that every static server knows for JavaScript. */
const runtimeFiles = [
  'ort.wasm.min.mjs',
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
  'ort.webgpu.min.mjs',
  'ort-wasm-simd-threaded.asyncify.mjs',
  'ort-wasm-simd-threaded.asyncify.wasm',
];

/** Builds where needed. @returns {Promise<string>} the folder */
export async function buildEdgeApp() {
  const isBuilt = existsSync(path.join(output, 'index.html'));
  if (isBuilt && !existsSync(sourceFolder)) return output;
  const digest = hashSources();
  const built = await readFile(stampFile, 'utf8').catch(() => '');
  if (isBuilt && built === digest) return output;
  const [{ build }, { svelte }] = await Promise.all([import('vite'), import('@sveltejs/vite-plugin-svelte')]);
  // Beside its place, so that somebody who packs at the same time never finds half of it.
  const partial = `${output}-${process.pid}`;
  await build({
    configFile: false,
    logLevel: 'error',
    root: sourceFolder,
    base: './',
    plugins: [svelte({ configFile: false })],
    worker: { format: 'es' },
    build: {
      outDir: partial,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1000,
    },
  });
  await addRuntime(partial);
  await addIcons(partial);
  await rm(output, { recursive: true, force: true });
  await rename(partial, output);
  await writeFile(stampFile, digest);
  return output;
}

/** @param {string} folder */
async function addRuntime(folder) {
  await mkdir(path.join(folder, 'runtime'), { recursive: true });
  for (const name of runtimeFiles) {
    const target = path.join(folder, 'runtime', name.replace(/\.mjs$/, '.js'));
    await copyFile(path.join(runtimeFolder, name), target);
  }
}

/** @param {string} folder */
async function addIcons(folder) {
  await writeFile(path.join(folder, 'icon.svg'), iconSvg());
  await writeFile(path.join(folder, 'icon-192.png'), iconPng(192, false));
  await writeFile(path.join(folder, 'icon-512.png'), iconPng(512, false));
  await writeFile(path.join(folder, 'icon-maskable.png'), iconPng(512, true));
}

/** Everything that the result depends on. */
function hashSources() {
  const hash = createHash('sha256');
  for (const folder of ['edge/web', 'common', 'scripts/edge']) {
    const names = readdirSync(path.join(projectFolder, folder), { recursive: true, encoding: 'utf8' }).sort();
    for (const name of names) {
      if (!/\.[a-z0-9]+$/.test(name)) continue;
      hash.update(`${folder}/${name}\0`).update(readFileSync(path.join(projectFolder, folder, name)));
    }
  }
  return hash.update(readFileSync(path.join(projectFolder, 'package-lock.json'))).digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${await buildEdgeApp()}\n`);
}
