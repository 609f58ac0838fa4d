// The call that packs exported models for other devices.

import { existsSync } from 'node:fs';
import type { BundleAccuracy } from '../../common/bundle.ts';
import { UserError } from '../../common/errors.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { type ResolvedSubject, resolveSubject } from '../subjects.ts';

export const startBundle: Handler<'bundle.start'> = (context, { exports, dataset, ...options }) => {
  const subjects = exports.map((reference) => {
    const resolved = resolveSubject(context, reference, 'ema');
    if ('modelFile' in resolved.subject) return { ...resolved, modelFile: resolved.subject.modelFile };
    throw new UserError({
      what: 'A bundle is made of exports, and this is a checkpoint',
      where: reference,
      expected: "an export's name, or an .onnx file",
      remedy: `export it first: trm export ${reference}`,
    });
  });
  const [first] = subjects;
  const spec = {
    kind: 'bundle',
    modelFiles: subjects.map(({ modelFile }) => modelFile),
    accuracies: subjects.map(({ modelFile }) => measuredAccuracy(context, modelFile)),
    datasetFolder: first === undefined ? null : findDataset(first, dataset),
    ...options,
  } as const;
  const title = `Bundle ${subjects.map(({ label }) => label).join(', ')}`;
  return { jobId: context.queue.enqueue({ spec, title, runId: first?.runId ?? null }).id };
};

/** The accuracy that the export of this very file was found to have. */
function measuredAccuracy({ store }: EngineContext, modelFile: string): BundleAccuracy | null {
  const validation = store.exports.list().find(({ file }) => file === modelFile)?.validation;
  if (validation === undefined) return null;
  const { exactAccuracy, puzzleCount, split, halting } = validation;
  return { exactAccuracy, puzzleCount, split, of: 'file', halting };
}

/** A bundle can do without a dataset, unless one was asked for. */
function findDataset({ datasetFolder }: ResolvedSubject, name: string | null): string | null {
  if (name !== null) return datasetFolder(name);
  try {
    const folder = datasetFolder(null);
    return existsSync(folder) ? folder : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
