// What is profiled: a fresh experiment or the run behind a checkpoint, with its data, or with puzzles made up in memory
// where the dataset does not exist.

import { existsSync } from 'node:fs';
import { datasetsOf } from '../../common/config/dataset.ts';
import type { Experiment } from '../../common/config/experiment.ts';
import { UserError } from '../../common/errors.ts';
import type { JobSpecOf } from '../../common/jobs.ts';
import type { NamedArrays, Program } from '../capture/program.ts';
import type { DataCursor } from '../checkpoint/format.ts';
import { type Checkpoint, loadCheckpoint } from '../checkpoint/load.ts';
import { requireFittingDataset } from '../dataset/fit.ts';
import { metadataPath } from '../dataset/layout.ts';
import { sizesOf } from '../estimate/estimate.ts';
import { parameterShapes } from '../model/parameters.ts';
import type { ModelSpecification } from '../model/specification.ts';
import type { BatchSource } from '../train/batches.ts';
import { depthAt } from '../train/schedule.ts';
import { initialState, restoredState } from '../train/state.ts';
import { trainingProgram } from '../train/step.ts';
import { openTrainingData } from '../train/training-data.ts';

export interface Subject {
  experiment: Experiment;
  specification: ModelSpecification;
  program: Program;
  source: BatchSource;
  cursor: DataCursor;
  /** Optimizer steps done. */
  step: number;
  data: 'dataset' | 'made up';
  /** The state that the first step begins with. */
  state(): Promise<NamedArrays>;
  close(): void;
}

/** Puzzles that are made up at least. */
const MADE_UP_PUZZLES = 1000;

/** Opens what `spec` names. @throws UserError when a checkpoint or its data is not there or does not fit */
export async function openSubject(spec: JobSpecOf<'profile'>): Promise<Subject> {
  const checkpoint = spec.checkpointFolder === null ? null : await loadCheckpoint(spec.checkpointFolder);
  const experiment = checkpoint?.experiment ?? spec.experiment;
  if (experiment === null) throw new Error('a profile needs an experiment or a checkpoint');
  const data = openData(experiment, spec.datasetFolders, checkpoint);
  const sizes = checkpoint?.dataset ?? data.sizes;
  const { vocabularySize, sequenceLength, puzzleIdentifierCount } = sizes;
  const specification = { ...experiment.model, vocabularySize, sequenceLength, puzzleIdentifierCount };
  const { training, halting, seed } = experiment;
  const depth = depthAt((checkpoint?.step ?? 0) + 1, training, specification);
  const program = trainingProgram({ specification: { ...specification, ...depth }, training, halting });
  const shapes = parameterShapes(specification);
  return {
    experiment,
    specification,
    program,
    source: data.source,
    cursor: checkpoint?.manifest.cursor ?? { epoch: 0, position: 0 },
    step: checkpoint?.step ?? 0,
    data: data.kind,
    state: async () =>
      checkpoint === null ? initialState(program, shapes, seed) : restoredState(program, shapes, checkpoint),
    close: data.close,
  };
}

type Sizes = Pick<ModelSpecification, 'vocabularySize' | 'sequenceLength' | 'puzzleIdentifierCount'>;

function openData(experiment: Experiment, folders: string[], checkpoint: Checkpoint | null) {
  const names = datasetsOf(experiment.dataset).map(({ name }) => name);
  const isThere = folders.every((folder) => existsSync(metadataPath(folder, 'train')));
  if (checkpoint === null && !isThere) {
    const sizes = sizesOf(experiment, folders);
    const source = madeUpSource(sizes, Math.max(MADE_UP_PUZZLES, experiment.training.batchSize));
    return { kind: 'made up' as const, sizes, source, close: () => undefined };
  }
  const [first, ...others] = folders;
  if (first === undefined) throw new Error('a profile needs the folder of a dataset');
  const opened = openTrainingData({
    experiment,
    datasetFolder: first,
    alsoTrainOn: others.map((folder, index) => ({ name: names[index + 1] ?? '', folder })),
  });
  if (checkpoint !== null) requireFitting(checkpoint, opened);
  const { facts, trainSource, close } = opened;
  return { kind: 'dataset' as const, sizes: facts, source: trainSource, close };
}

function requireFitting(checkpoint: Checkpoint, opened: ReturnType<typeof openTrainingData>): void {
  try {
    requireFittingDataset(opened.main, checkpoint.dataset, checkpoint.dataset.name);
    if (opened.facts.puzzleIdentifierCount > checkpoint.dataset.puzzleIdentifierCount) {
      throw new UserError({
        what: 'The datasets do not fit the model',
        where: checkpoint.folder,
        found: `${opened.facts.puzzleIdentifierCount} puzzle identifiers`,
        expected: `at most ${checkpoint.dataset.puzzleIdentifierCount}`,
        remedy: 'choose the datasets of the training',
      });
    }
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Puzzles of random tokens, one example each. Which tokens they are changes no time. */
export function madeUpSource(
  { vocabularySize, sequenceLength, puzzleIdentifierCount }: Sizes,
  count: number,
): BatchSource {
  const tokens = Int32Array.from({ length: sequenceLength }, (_, cell) => (cell * 7919) % vocabularySize);
  const indices = Int32Array.from({ length: count + 1 }, (_, index) => index);
  const copy = (_example: number, target: Int32Array, offset: number) => target.set(tokens, offset);
  return {
    exampleCount: count,
    groupCount: count,
    puzzleIdentifiers: indices.slice(0, count).map((index) => index % puzzleIdentifierCount),
    puzzleIndices: indices,
    groupIndices: indices,
    copyInputs: copy,
    copyLabels: copy,
  };
}
