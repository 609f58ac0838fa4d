// Calls about exported models.

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { exportSectionSchema } from '../../common/config/experiment.ts';
import { variantSuffix } from '../../common/config/precision.ts';
import { UserError } from '../../common/errors.ts';
import { slug } from '../clock.ts';
import { exportFile, requireExport } from '../exports.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { type ResolvedCheckpoint, resolveCheckpoint } from '../references.ts';
import { datasetFolderFor, describeCheckpoint } from './evaluate.ts';

export const exportList: Handler<'export.list'> = ({ store }) => store.exports.list();

export const showExport: Handler<'export.show'> = ({ store, paths }, { name }) =>
  requireExport(store, paths, name);

export const startExport: Handler<'export.start'> = (context, input) => {
  const { store, paths } = context;
  const checkpoint = resolveCheckpoint(store, paths, input.checkpoint);
  const { run, step } = checkpoint;
  const { precision, form, batch, halting } = input;
  const suffix = input.outputFile === null ? variantSuffix(precision, form, batch) : '';
  const name = input.name ?? `${defaultName(checkpoint, input.outputFile)}${suffix}`;
  const outputFile = input.outputFile ?? exportFile(paths, name);
  if (!input.replace) requireFree(context, name, outputFile);
  const settings = run === null ? exportSectionSchema.parse({}) : store.runs.experimentOf(run.id).export;
  const evaluation =
    run === null || step === null
      ? undefined
      : store.evaluations.ofStep(store.runs.keyOf(run.id), step, input.weights);
  const spec = {
    kind: 'export',
    name,
    checkpointFolder: checkpoint.folder,
    datasetFolder: datasetFolderFor(context, checkpoint, input.dataset),
    outputFile,
    weights: input.weights,
    opset: settings.opset,
    checkPuzzles: settings.checkPuzzles,
    tolerance: input.tolerance ?? settings.tolerance,
    replace: input.replace,
    evaluation: evaluation ?? null,
    precision,
    form,
    batch,
    halting,
    validation: {
      puzzles: input.accuracyPuzzles ?? settings.accuracyPuzzles,
      split: input.accuracySplit ?? settings.accuracySplit,
      allowedLoss: input.allowedAccuracyLoss ?? settings.allowedAccuracyLoss,
      force: input.force,
    },
  } as const;
  const title = `Export ${describeCheckpoint(checkpoint)}${variantSuffix(precision, form, batch)}`;
  return { jobId: context.queue.enqueue({ spec, title, runId: run?.id ?? null }).id };
};

function defaultName({ folder, run, step }: ResolvedCheckpoint, outputFile: string | null): string {
  if (outputFile !== null) return slug(basename(outputFile).replace(/\.onnx$/, ''));
  return run === null || step === null ? slug(basename(folder)) : `${run.id}-${step}`;
}

function requireFree({ store }: EngineContext, name: string, outputFile: string): void {
  const taken = store.exports.find(name);
  if (taken === undefined && !existsSync(outputFile)) return;
  throw new UserError({
    what: taken === undefined ? 'The output file exists already' : `There is an export ${name} already`,
    where: taken?.file ?? outputFile,
    expected: 'a name and a file that are free',
    remedy: 'choose another with --name or --output, or replace it with --replace',
  });
}
