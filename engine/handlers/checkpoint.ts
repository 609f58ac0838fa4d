// Calls that bring weights from elsewhere into the studio, and take a checkpoint's out of it.

import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../../common/errors.ts';
import { now, randomTag, slug, timeTag } from '../clock.ts';
import { describeEnvironment } from '../environment.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { type ResolvedCheckpoint, resolveCheckpoint } from '../references.ts';
import { requireDataset } from './dataset.ts';
import { describeCheckpoint } from './evaluate.ts';

export const importCheckpoint: Handler<'checkpoint.import'> = async (context, input) => {
  const { file, name, dataset, experiment, overrides, referenceConfig, entry, step } = input;
  requireFile(file);
  if (referenceConfig !== null) requireFile(referenceConfig);
  const datasetName = dataset ?? experiment?.dataset.name;
  if (datasetName === undefined) {
    throw new UserError({
      what: 'The puzzles that the checkpoint was trained on are not known',
      where: file,
      expected: 'a dataset of the same kind and size, which fixes vocabulary and length of the puzzles',
      remedy: 'name it with --dataset, or give the config of the training with --config',
    });
  }
  const { folder } = requireDataset(context, datasetName);
  const createdAt = now();
  const runId = newRunId(context, name, createdAt);
  const spec = {
    kind: 'import',
    name,
    runId,
    runFolder: join(context.paths.runs, runId),
    file,
    entry,
    datasetName,
    datasetFolder: folder,
    experiment,
    overrides,
    referenceConfig,
    step,
    environment: { runId, createdAt, ...(await describeEnvironment()) },
  } as const;
  return { jobId: context.queue.enqueue({ spec, title: `Import ${name}` }).id };
};

export const exportCheckpoint: Handler<'checkpoint.export'> = (context, input) => {
  const { format, weights, replace } = input;
  const checkpoint = resolveCheckpoint(context.store, context.paths, input.checkpoint);
  const outputFile = input.outputFile ?? defaultFile(context, checkpoint, format);
  if (!replace && existsSync(outputFile)) {
    throw new UserError({
      what: 'The output file exists already',
      where: outputFile,
      expected: 'a file that is free',
      remedy: 'choose another with --output, or replace it with --replace',
    });
  }
  const spec = {
    kind: 'export-weights',
    checkpointFolder: checkpoint.folder,
    outputFile,
    format,
    weights,
    compiled: input.compiled ?? format === 'pt',
    replace,
  } as const;
  const title = `Export ${describeCheckpoint(checkpoint)} as ${format}`;
  return { jobId: context.queue.enqueue({ spec, title, runId: checkpoint.run?.id ?? null }).id };
};

function defaultFile(
  { paths }: EngineContext,
  { folder, run, step }: ResolvedCheckpoint,
  format: string,
): string {
  const name = run === null || step === null ? slug(folder) : `${run.id}-${step}`;
  return join(paths.exports, `${name}.${format}`);
}

function newRunId({ paths }: EngineContext, name: string, createdAt: string): string {
  for (;;) {
    const runId = `${timeTag(createdAt)}-${slug(name)}-${randomTag()}`;
    if (!existsSync(join(paths.runs, runId))) return runId;
  }
}

function requireFile(path: string): void {
  if (isAbsolute(path) && statSync(path, { throwIfNoEntry: false })?.isFile()) return;
  throw new UserError({
    what: 'There is no such file',
    where: path,
    found: existsSync(path) ? 'a folder' : 'nothing',
    expected: 'a file of weights, such as the step_… that the reference writes',
  });
}
