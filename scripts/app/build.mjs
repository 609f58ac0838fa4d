// Builds what Electron and browsers load into dist/app: the page, the shell, and the preload script. Keyed by the sources:
// what is built already is not built again.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFolder } from '../system/places.mjs';

const output = path.join(projectFolder, 'dist', 'app');
const stampFile = path.join(output, 'built-from.txt');

/** Builds where needed. @returns {Promise<string>} the folder */
export async function buildApp() {
  const digest = hashSources();
  const built = await readFile(stampFile, 'utf8').catch(() => '');
  if (built === digest) return output;
  const [{ build }, { svelte }] = await Promise.all([import('vite'), import('@sveltejs/vite-plugin-svelte')]);
  await rm(output, { recursive: true, force: true });
  const common = { configFile: /** @type {const} */ (false), logLevel: /** @type {const} */ ('warn') };
  await build({
    ...common,
    root: path.join(projectFolder, 'renderer'),
    base: './',
    plugins: [svelte({ configFile: false })],
    build: {
      outDir: path.join(output, 'renderer'),
      emptyOutDir: true,
      target: 'chrome130',
      chunkSizeWarningLimit: 1000,
    },
  });
  for (const { entry, folder, format, name } of shellParts) {
    await build({
      ...common,
      root: projectFolder,
      ssr: { noExternal: true, target: 'node' },
      build: {
        ssr: true,
        outDir: path.join(output, folder),
        emptyOutDir: true,
        target: 'node20',
        minify: false,
        rollupOptions: {
          input: path.join(projectFolder, entry),
          external: ['electron', /^node:/],
          output: { format, entryFileNames: name },
        },
      },
    });
  }
  await mkdir(output, { recursive: true });
  await writeFile(stampFile, digest);
  return output;
}

const shellParts = [
  { entry: 'main/index.ts', folder: 'main', format: /** @type {const} */ ('cjs'), name: 'index.cjs' },
  { entry: 'main/preload.cts', folder: 'preload', format: /** @type {const} */ ('cjs'), name: 'preload.cjs' },
];

/** Everything that the result depends on. */
function hashSources() {
  const hash = createHash('sha256');
  for (const folder of ['renderer', 'main', 'common', 'scripts/app']) {
    const names = readdirSync(path.join(projectFolder, folder), { recursive: true, encoding: 'utf8' }).sort();
    for (const name of names) {
      const file = path.join(projectFolder, folder, name);
      if (!/\.[a-z0-9]+$/.test(name)) continue;
      hash.update(`${folder}/${name}\0`).update(readFileSync(file));
    }
  }
  return hash.update(readFileSync(path.join(projectFolder, 'package-lock.json'))).digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${await buildApp()}\n`);
}
