// The bundle job: one zip with everything that runs a trained model elsewhere. The same exports give the same bytes.

import { access } from 'node:fs/promises';
import {
  type Bundle,
  type BundleModel,
  bundlePlaces,
  bundleSchema,
  webRuntimeFiles,
} from '../../common/bundle.ts';
import { UserError } from '../../common/errors.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { writeFileAtomic } from '../files.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { listFiles, sha256Of, zipFiles } from './archive.ts';
import { formatCard, makeCard } from './card.ts';
import { chooseExamples } from './examples.ts';
import { describeBundleModel, type ReadModel, readModels } from './model.ts';
import { completeServiceWorker, readRunners, readWebApp } from './web-app.ts';

type BundleSpec = JobSpecOf<'bundle'>;

const serviceWorker = `${bundlePlaces.web}/service-worker.js`;

/** Leads whoever opens the bundle's root to the web app. */
const startPage =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>TRM</title>' +
  '<link rel="icon" href="web/icon.svg" type="image/svg+xml">' +
  '<meta http-equiv="refresh" content="0; url=web/"><a href="web/">Open the web app</a></html>\n';

/** Writes the bundle to `spec.outputFile`. */
export async function bundleJob(spec: BundleSpec, context: JobContext): Promise<JobResultOf<'bundle'>> {
  const startedMs = performance.now();
  const { outputFile, runtime } = spec;
  if (!spec.replace) await requireFree(outputFile);
  const models = await readModels(spec.modelFiles);
  const examples = await chooseExamples(firstOf(models).metadata, spec.datasetFolder, spec.examples);
  const described = models.map((model, index) =>
    describeBundleModel(model, examples, spec.accuracies[index] ?? null),
  );
  const files = await gatherFiles(models, described, spec, context);
  throwIfCancelled(context.signal);
  context.progress('packing', 0, files.size, 'files');
  const archive = zipFiles(files);
  throwIfCancelled(context.signal);
  await writeFileAtomic(outputFile, archive);
  context.progress('packing', files.size, files.size, 'files');
  return {
    kind: 'bundle',
    file: outputFile,
    sizeBytes: archive.length,
    runtime,
    sha256: sha256Of(archive),
    files: listFiles(files),
    examples: examples.examples.length,
    elapsedMs: performance.now() - startedMs,
  };
}

async function gatherFiles(
  models: readonly ReadModel[],
  described: BundleModel[],
  { runtime }: BundleSpec,
  context: JobContext,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const bundle: Bundle = bundleSchema.parse({ format: 'trm-bundle/1', models: described });
  files.set(bundlePlaces.vocabulary, encode(`${JSON.stringify(bundle)}\n`));
  for (const [index, { file }] of described.entries()) files.set(file, (models[index] as ReadModel).bytes);
  for (const [path, bytes] of await readRunners()) files.set(`${bundlePlaces.runners}/${path}`, bytes);
  if (runtime) {
    context.progress('building the web app', 0, 1, 'apps');
    const app = await readWebApp(context.signal);
    for (const [path, bytes] of app) files.set(`${bundlePlaces.web}/${path}`, bytes);
    files.set('index.html', encode(startPage));
    const onDemand = Object.values(webRuntimeFiles.webgpu).map((name) => `runtime/${name}`);
    const kept = keptOffline(files);
    files.set(serviceWorker, completeServiceWorker(files.get(serviceWorker) as Uint8Array, kept, onDemand));
    context.progress('building the web app', 1, 1, 'apps');
  }
  const card = makeCard(firstOf(models).metadata, described, listFiles(files));
  files.set(bundlePlaces.card, encode(`${JSON.stringify(card, null, 2)}\n`));
  files.set(bundlePlaces.cardText, encode(formatCard(card, runtime)));
  return files;
}

/** What the web app needs, by paths relative to it. */
function keptOffline(files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const kept = new Map<string, Uint8Array>();
  for (const [path, bytes] of files) {
    const isOfApp = path.startsWith(`${bundlePlaces.web}/`);
    if (isOfApp && path !== serviceWorker) kept.set(path.slice(bundlePlaces.web.length + 1), bytes);
    const isShared = path === bundlePlaces.vocabulary || path.startsWith(`${bundlePlaces.models}/`);
    if (isShared) kept.set(`../${path}`, bytes);
  }
  return kept;
}

function firstOf(models: readonly ReadModel[]): ReadModel {
  const [first] = models;
  if (first === undefined) throw new Error('a bundle without models');
  return first;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function requireFree(path: string): Promise<void> {
  const isTaken = await access(path).then(
    () => true,
    () => false,
  );
  if (!isTaken) return;
  throw new UserError({
    what: 'The output file exists already',
    where: path,
    expected: 'a file that is not there yet',
    remedy: 'choose another with --output, or replace it with --replace',
  });
}
