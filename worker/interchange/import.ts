// The import job: a file of weights of the reference, or of anybody, becomes a run of the studio with one checkpoint.
// Every tensor is checked against the model before anything is written, and the run's folder appears whole or not.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { Experiment } from '../../common/config/experiment.ts';
import { parseOverride } from '../../common/config/overrides.ts';
import { experimentToYaml, parseExperiment } from '../../common/config/parse.ts';
import type { JobResultOf, JobSpecOf, RunEvent } from '../../common/jobs.ts';
import { type CheckpointManifest, checkpointFolderName, MODEL_FILE } from '../checkpoint/format.ts';
import { specificationOf } from '../checkpoint/load.ts';
import type { StoredTensor } from '../checkpoint/safetensors.ts';
import { saveCheckpoint } from '../checkpoint/save.ts';
import { openDataset } from '../dataset/open.ts';
import { digestFile, withFileErrors, writeFileDurably } from '../files.ts';
import { writeFolderAtomic } from '../folders.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { countParameters, type ParameterShape, PUZZLE_TABLE, parameterShapes } from '../model/parameters.ts';
import { factsOf } from '../train/training-data.ts';
import { type DerivedModel, deriveModel, type GivenModel } from './architecture.ts';
import { checkTensors } from './check-tensors.ts';
import { finiteValues } from './finite-values.ts';
import { parseReferenceConfig, REFERENCE_CONFIG_FILE, type ReferenceConfig } from './reference-config.ts';
import { renameTensors } from './tensor-names.ts';
import { type FileTensor, openWeightsFile } from './weights-file.ts';

type ImportSpec = JobSpecOf<'import'>;
type DatasetFacts = CheckpointManifest['dataset'];

/** Imports the file that `spec` names. @throws UserError that lists every tensor that does not fit */
export async function importJob(spec: ImportSpec, context: JobContext): Promise<JobResultOf<'import'>> {
  const startedMs = performance.now();
  const dataset = openDataset(spec.datasetFolder);
  const facts = factsOf(dataset, spec.datasetName);
  dataset.close();
  const file = openWeightsFile(spec.file, spec.entry);
  try {
    const { tensors, ignored, prefix } = renameTensors(file.tensors, spec.file);
    const config = await readReferenceConfig(spec);
    const { experiment, assumptions } = describeExperiment(spec, tensors, config?.content, facts);
    if (spec.entry === null && file.entry !== '') {
      assumptions.push(`the weights were taken from the entry ${file.entry} of the file`);
    }
    const sized = sizedByTable(facts, tensors, assumptions, spec);
    const shapes = parameterShapes(specificationOf({ experiment, dataset: sized }));
    requireFittingTensors(tensors, shapes, spec, sized);

    context.progress('reading', 0, tensors.size, 'tensors');
    const values = readValues(tensors, shapes, spec.file, context);
    const source = { file: spec.file, format: file.format, ...(await digestFile(spec.file)) };
    throwIfCancelled(context.signal);
    const step = stepOf(spec);
    const imported = {
      ...source,
      entry: file.entry,
      prefix,
      config: config?.file ?? null,
      ignored,
      assumptions,
    };
    const sizeBytes = await writeRun(spec, { experiment, facts: sized, step, values, imported });
    return {
      kind: 'import',
      runId: spec.runId,
      step,
      checkpointFolder: join(spec.runFolder, 'checkpoints', checkpointFolderName(step)),
      format: file.format,
      sourceSha256: source.sha256,
      configFile: config?.file ?? null,
      model: experiment.model,
      tensors: tensors.size,
      parameters: countParameters(shapes),
      ignored,
      assumptions,
      sizeBytes,
      elapsedMs: performance.now() - startedMs,
    };
  } finally {
    file.close();
  }
}

/** The reference's config that is given, or lies beside the checkpoint; none is used beside a config of ours. */
async function readReferenceConfig(
  spec: ImportSpec,
): Promise<{ file: string; content: ReferenceConfig } | undefined> {
  const beside = join(dirname(spec.file), REFERENCE_CONFIG_FILE);
  const file = spec.referenceConfig ?? (spec.experiment === null && existsSync(beside) ? beside : undefined);
  if (file === undefined) return undefined;
  const text = await withFileErrors('Cannot read the config of a checkpoint', file, () =>
    readFile(file, 'utf8'),
  );
  return { file, content: parseReferenceConfig(text, file) };
}

/** The experiment that the imported run is frozen with: what is given, and what the tensors tell. */
function describeExperiment(
  spec: ImportSpec,
  tensors: ReadonlyMap<string, FileTensor>,
  config: ReferenceConfig | undefined,
  facts: DatasetFacts,
): { experiment: Experiment; assumptions: string[] } {
  const given = spec.experiment?.model ?? { ...config?.model, ...modelOverrides(spec.overrides) };
  const derived = deriveModel(tensors, given, facts.sequenceLength, spec.file);
  const base = spec.experiment ?? {
    seed: config?.seed ?? 0,
    halting: config?.halting ?? {},
    training: config?.training ?? {},
  };
  const steps = Math.max(1, stepOf(spec));
  const document = {
    ...base,
    name: spec.name,
    dataset: { name: spec.datasetName },
    model: derived.model,
    training: { ...base.training, steps, ...shortened(base.training, steps) },
  };
  const experiment = parseExperiment(stringify(document), {
    fileName: config === undefined ? spec.file : `${spec.file} with ${REFERENCE_CONFIG_FILE}`,
    overrides: spec.overrides,
  });
  return { experiment, assumptions: [...derived.assumptions, ...haltingAssumption(spec, config)] };
}

/** A warm-up may not be longer than the training, whose length is not known where the step is not. */
function shortened(training: { warmupSteps?: unknown }, steps: number): { warmupSteps: number } {
  const { warmupSteps } = training;
  return { warmupSteps: Math.min(typeof warmupSteps === 'number' ? warmupSteps : 2000, steps) };
}

function haltingAssumption(
  spec: ImportSpec,
  config: ReferenceConfig | undefined,
): DerivedModel['assumptions'] {
  const given =
    spec.experiment !== null ||
    config?.halting.maximumSteps !== undefined ||
    spec.overrides.some((override) => override.startsWith('halting.maximumSteps='));
  return given
    ? []
    : ['halting.maximumSteps is taken to be 16, as in the reference: the tensors do not tell'];
}

function modelOverrides(overrides: readonly string[]): GivenModel {
  const settings = overrides.map((text) => parseOverride(text)).filter(({ path }) => path[0] === 'model');
  return Object.fromEntries(settings.map(({ path, value }) => [path.slice(1).join('.'), value]));
}

/** A model may know more puzzles than the dataset; one that knows fewer cannot be used on it. */
function sizedByTable(
  facts: DatasetFacts,
  tensors: ReadonlyMap<string, FileTensor>,
  assumptions: string[],
  spec: ImportSpec,
): DatasetFacts {
  const rows = tensors.get(PUZZLE_TABLE)?.shape[0];
  if (rows === undefined || rows <= facts.puzzleIdentifierCount) return facts;
  assumptions.push(
    `the puzzle embeddings have ${rows} rows, the dataset ${spec.datasetName} has ${facts.puzzleIdentifierCount} ` +
      'puzzle identifiers: row k is taken to be that of identifier k',
  );
  return { ...facts, puzzleIdentifierCount: rows };
}

function requireFittingTensors(
  tensors: ReadonlyMap<string, FileTensor>,
  shapes: ReadonlyMap<string, ParameterShape>,
  spec: ImportSpec,
  facts: DatasetFacts,
): void {
  checkTensors(tensors, shapes, {
    what: 'The checkpoint does not fit the model and the dataset',
    where: spec.file,
    remedy:
      `name the dataset of its training with --dataset (${facts.name} has ${facts.vocabularySize} tokens, ` +
      `${facts.sequenceLength} cells and ${facts.puzzleIdentifierCount} puzzle identifiers), ` +
      'or give what differs, such as model.expansion=2',
  });
}

function readValues(
  tensors: ReadonlyMap<string, FileTensor>,
  shapes: ReadonlyMap<string, ParameterShape>,
  where: string,
  context: JobContext,
): Map<string, StoredTensor> {
  const values = new Map<string, StoredTensor>();
  for (const [name, { shape }] of shapes) {
    throwIfCancelled(context.signal);
    values.set(name, { shape, values: finiteValues(name, tensors.get(name), where) });
    context.progress('reading', values.size, shapes.size, 'tensors');
  }
  return values;
}

/** The step that is given, or the one in a name such as step_65100. */
function stepOf({ step, file }: ImportSpec): number {
  if (step !== null) return step;
  const match = /(?:^|[^a-z])step[_-]?(\d{1,9})(?!\d)/i.exec(basename(file));
  return match === null ? 0 : Number(match[1]);
}

interface ImportedRun {
  experiment: Experiment;
  facts: DatasetFacts;
  step: number;
  values: Map<string, StoredTensor>;
  imported: Record<string, unknown>;
}

/** Writes the run's folder, as a training would have left it, and returns the size of its checkpoint. */
async function writeRun(spec: ImportSpec, run: ImportedRun): Promise<number> {
  const { experiment, facts, step, values, imported } = run;
  return await writeFolderAtomic(spec.runFolder, { what: 'run', replace: false }, async (partial) => {
    const { sizeBytes } = await saveCheckpoint(
      join(partial, 'checkpoints'),
      {
        formatVersion: 1,
        runId: spec.runId,
        step,
        segment: 1,
        trainingMs: 0,
        experiment,
        dataset: facts,
        cursor: { epoch: 0, position: 0 },
        best: null,
        evaluation: null,
      },
      { [MODEL_FILE]: values },
    );
    const time = spec.environment.createdAt;
    const folder = join(spec.runFolder, 'checkpoints', checkpointFolderName(step));
    const events: RunEvent[] = [
      { type: 'segment', segment: 1, fromStep: step, executor: 'imported', time },
      { type: 'checkpoint', segment: 1, step, folder, sizeBytes, best: false },
      { type: 'end', outcome: 'finished', time },
    ];
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    const environment = {
      ...spec.environment,
      dataset: { name: facts.name, digest: facts.digest },
      imported,
    };
    await writeFileDurably(join(partial, 'config.yaml'), experimentToYaml(experiment));
    await writeFileDurably(join(partial, 'environment.json'), `${JSON.stringify(environment, null, 2)}\n`);
    await writeFileDurably(join(partial, 'events.jsonl'), lines);
    return sizeBytes;
  });
}
