// The call behind the transfer table: which checkpoints fit which datasets, what is measured already, and what is left to
// be evaluated. It starts nothing.

import { join } from 'node:path';
import { z } from 'zod';
import type { CallOutput, CallParsedInput } from '../../common/api.ts';
import type { DatasetCard } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import type { EvaluationResult } from '../../common/results.ts';
import { findVocabularyDifference } from '../../common/vocabulary.ts';
import { type CheckpointFacts, readCheckpointFacts } from '../checkpoint-facts.ts';
import { listDatasets, readDatasetCard } from '../datasets.ts';
import { readTextFile } from '../files.ts';
import type { EngineContext, Handler } from '../handlers.ts';
import { type ResolvedCheckpoint, resolveCheckpoint } from '../references.ts';
import { requireDataset } from './dataset.ts';
import { describeCheckpoint } from './evaluate.ts';

type Input = CallParsedInput<'transfer.plan'>;
type Pair = CallOutput<'transfer.plan'>['pairs'][number];

interface Candidate {
  checkpoint: ResolvedCheckpoint;
  label: string;
  /** Null where the checkpoint cannot be read. */
  facts: CheckpointFacts | null;
}

interface Target {
  name: string;
  card: DatasetCard;
  puzzleIdentifierCount: number;
}

export const planTransfer: Handler<'transfer.plan'> = (context, input) => {
  const candidates = chooseCheckpoints(context, input.checkpoints);
  const targets = chooseDatasets(context, input.datasets);
  return {
    checkpoints: candidates.map(({ checkpoint, label }) => ({
      label,
      folder: checkpoint.folder,
      runId: checkpoint.run?.id ?? null,
      runName: checkpoint.run?.name ?? null,
    })),
    datasets: targets.map(({ name }) => name),
    pairs: candidates.flatMap((candidate) =>
      targets.map((target) => planPair(context, candidate, target, input)),
    ),
  };
};

/** The given ones, or the best of each finished run. */
function chooseCheckpoints({ store, paths }: EngineContext, references: string[]): Candidate[] {
  const finished = () =>
    store.runs
      .list()
      .filter(({ status }) => status === 'finished')
      .map(({ id }) => id);
  const chosen = references.length > 0 ? references : finished();
  if (chosen.length === 0) {
    throw new UserError({
      what: 'There is no finished run to compare',
      where: paths.runs,
      expected: 'finished runs, or checkpoints that are named',
      remedy: 'trm train trains a model; trm transfer RUN@STEP takes one that is not finished',
    });
  }
  const candidates = chosen.map((reference) => {
    const checkpoint = resolveCheckpoint(store, paths, reference);
    const facts = readCheckpointFacts(checkpoint.folder);
    return { checkpoint, label: describeCheckpoint(checkpoint), facts };
  });
  return candidates.filter(
    ({ checkpoint }, index) =>
      candidates.findIndex((other) => other.checkpoint.folder === checkpoint.folder) === index,
  );
}

/** The given ones, or all that have a card. */
function chooseDatasets(context: EngineContext, names: string[]): Target[] {
  const { store, paths } = context;
  const all = () => listDatasets(store, paths).map(({ name }) => name);
  const rows = [...new Set(names.length > 0 ? names : all())].map((name) => requireDataset(context, name));
  return rows.flatMap(({ name, folder }) => {
    const card = readDatasetCard(folder);
    return card === null ? [] : [{ name, card, puzzleIdentifierCount: readIdentifierCount(folder) }];
  });
}

function readIdentifierCount(folder: string): number {
  const text = readTextFile(join(folder, 'train', 'dataset.json'));
  if (text === null) return 1;
  return z.object({ num_puzzle_identifiers: z.number().int() }).parse(JSON.parse(text))
    .num_puzzle_identifiers;
}

function planPair(context: EngineContext, candidate: Candidate, target: Target, input: Input): Pair {
  const { label: checkpoint, facts } = candidate;
  const pair = { checkpoint, dataset: target.name, trainedOn: false, evaluation: null, skipped: null };
  if (facts === null) return { ...pair, skipped: 'the checkpoint cannot be read' };
  const { digest, alsoTrainedOn } = facts.dataset;
  const trainedOn = [digest, ...alsoTrainedOn.map((other) => other.digest)].includes(target.card.digest);
  const skipped = findMisfit(facts, target, trainedOn);
  if (skipped !== null) return { ...pair, trainedOn, skipped };
  const evaluation = input.fresh ? null : findStored(context, candidate, facts, target, input);
  return { ...pair, trainedOn, evaluation };
}

/** Why the checkpoint cannot be evaluated on the dataset, or null. */
function findMisfit(facts: CheckpointFacts, target: Target, trainedOn: boolean): string | null {
  const { vocabulary } = target.card;
  const own = facts.dataset.card?.vocabulary;
  const difference = own === undefined ? null : findVocabularyDifference(vocabulary, own);
  if (difference !== null) return `it has ${difference.found}, the model knows ${difference.expected}`;
  const cells = vocabulary.gridRows * vocabulary.gridColumns;
  const { sequenceLength, vocabularySize } = facts.dataset;
  if (cells !== sequenceLength) return `it has ${cells} cells, the model knows ${sequenceLength}`;
  if (vocabulary.tokens.length !== vocabularySize) {
    return `it has ${vocabulary.tokens.length} tokens, the model knows ${vocabularySize}`;
  }
  if (target.puzzleIdentifierCount > 1 && !trainedOn) {
    return `its ${target.puzzleIdentifierCount - 1} puzzles have identifiers that the model was not trained on`;
  }
  return null;
}

/** An evaluation of this checkpoint on this very dataset with the same options, asked for or made in training. */
function findStored(
  { store }: EngineContext,
  { checkpoint: { run } }: Candidate,
  facts: CheckpointFacts,
  { card }: Target,
  { split, weights, maximumPuzzles, maximumSteps }: Input,
): EvaluationResult | null {
  if (run === null) return null;
  const { examples } = card.splits[split];
  const wanted = {
    step: facts.step,
    split,
    weights,
    datasetDigest: card.digest,
    puzzleCount: maximumPuzzles === 0 ? examples : Math.min(maximumPuzzles, examples),
    maximumSteps: maximumSteps || facts.experiment.halting.maximumSteps,
    mode: 'fixed',
  };
  const names = Object.keys(wanted) as (keyof typeof wanted)[];
  const stored = store.evaluations.ofRun(store.runs.keyOf(run.id)).flatMap(listEvaluations);
  return stored.find((evaluation) => names.every((name) => evaluation[name] === wanted[name])) ?? null;
}

/** An evaluation on several datasets as one on each. */
function listEvaluations({ otherDatasets = [], ...evaluation }: EvaluationResult): EvaluationResult[] {
  const { step, split, weights } = evaluation;
  const others = otherDatasets.map(({ dataset: _, ...figures }) => ({ ...figures, step, split, weights }));
  return [evaluation, ...others];
}
