// What the labs with language models begin with: a model, test puzzles of a dataset that fits it, and the model's own
// answers to them.

import type { Vocabulary } from '../../common/dataset-card.ts';
import { parseHaltingRule } from '../../common/halting/rule.ts';
import type { Subject } from '../../common/jobs.ts';
import { IGNORED_LABEL } from '../../common/labels.ts';
import type { Judgement } from '../../common/language-model/comparison.ts';
import { createRandom } from '../../common/random.ts';
import { type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { runRecursion } from '../../common/solving/recursion.ts';
import { isArc, readArcPuzzles } from '../dataset/arc-puzzles.ts';
import { identifierOffsetOf, requireFittingDataset, withKnownIdentifiers } from '../dataset/fit.ts';
import { type Dataset, openDataset } from '../dataset/open.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { type Domain, domainOf } from '../solve/domains.ts';
import type { OpenModel } from '../solve/model.ts';
import { readTestPuzzles } from '../solve/puzzles.ts';
import { openSubject } from '../solve/subject.ts';

export interface Bench {
  model: OpenModel;
  domain: Domain;
  /** With identifiers as the model knows them. */
  dataset: Dataset;
  /** What was added to the dataset's own identifiers. */
  identifierOffset: number;
  close(): Promise<void>;
}

/** @throws UserError when the dataset does not fit the model, or its puzzles cannot be written as text */
export async function openBench(subject: Subject, datasetFolder: string): Promise<Bench> {
  const model = await openSubject(subject);
  let dataset: Dataset | undefined;
  try {
    const { metadata } = model;
    const domain = domainOf(metadata, model.path);
    const trained = { digest: metadata.dataset.digest, alsoTrainedOn: metadata.alsoTrainedOn };
    dataset = withKnownIdentifiers(openDataset(datasetFolder), trained);
    const sizes = { ...metadata.sizes, vocabulary: metadata.vocabulary };
    requireFittingDataset(dataset, sizes, metadata.dataset.name);
    const opened = dataset;
    const identifierOffset = identifierOffsetOf(dataset, trained);
    const close = async () => {
      opened.close();
      await model.close();
    };
    return { model, domain, dataset, identifierOffset, close };
  } catch (error) {
    dataset?.close();
    await model.close();
    throw error;
  }
}

/** `openBench` has seen that there is one. */
export function vocabularyOf({ model }: Pick<Bench, 'model'>): Vocabulary {
  const { vocabulary } = model.metadata;
  if (vocabulary === null) throw new Error('a bench without a vocabulary was opened');
  return vocabulary;
}

export interface ChosenPuzzles {
  puzzles: TokenPuzzles;
  /** Their rows in the test split. */
  examples: number[];
  /** How many there are to choose from. */
  available: number;
}

/** `count` test puzzles drawn with the seed, all where that is 0; of ARC tasks not their augmented copies. */
export function drawPuzzles(
  bench: Pick<Bench, 'dataset' | 'identifierOffset'>,
  count: number,
  seed: number,
): ChosenPuzzles {
  const { dataset } = bench;
  const candidates = originalExamples(bench);
  const order = createRandom(seed, 'test puzzles').permutation(candidates.length);
  const chosen = order.slice(0, count === 0 ? candidates.length : count).sort();
  const examples = Array.from(chosen, (index) => candidates[index] ?? 0);
  return {
    puzzles: readTestPuzzles(dataset, Uint32Array.from(examples)),
    examples,
    available: candidates.length,
  };
}

function originalExamples({
  dataset,
  identifierOffset,
}: Pick<Bench, 'dataset' | 'identifierOffset'>): number[] {
  const split = dataset.split('test');
  if (!isArc(dataset)) return Array.from({ length: split.exampleCount }, (_, example) => example);
  const { variantOf } = readArcPuzzles(dataset);
  const { blankIdentifierId } = dataset.metadata;
  const { puzzleIdentifiers, puzzleIndices } = split;
  return [...puzzleIdentifiers.entries()].flatMap(([puzzle, identifier]) => {
    if (identifier === blankIdentifierId) return [];
    const { transform, colours } = variantOf(identifier - identifierOffset).augmentation;
    if (transform !== 0 || colours.some((colour, index) => colour !== index)) return [];
    const [first = 0, end = first] = puzzleIndices.subarray(puzzle, puzzle + 2);
    return Array.from({ length: end - first }, (_, index) => first + index);
  });
}

/** An answer of the TRM at the step at which it halted. */
export interface TrmAnswer {
  answer: Int32Array;
  haltProbability: number;
  steps: number;
  /** Since its batch began. */
  elapsedMs: number;
}

export interface AnswerOptions {
  halting: string;
  maximumSteps: number;
  /** Puzzles that run at once; 1 measures the latency of a single one. */
  batchSize: number;
}

export async function answerPuzzles(
  { model, domain }: Bench,
  puzzles: TokenPuzzles,
  { halting, maximumSteps, batchSize }: AnswerOptions,
  context: JobContext,
): Promise<TrmAnswer[]> {
  const rule = parseHaltingRule(halting);
  const answers: TrmAnswer[] = [];
  for (let first = 0; first < puzzles.count; first += batchSize) {
    context.progress('solving with the TRM', first, puzzles.count, 'puzzles');
    const batch = takePuzzles(puzzles, first, batchSize);
    const check = (row: number, answer: Int32Array) =>
      domain.check(takePuzzles(batch, row, 1).inputs, answer).valid;
    for await (const step of runRecursion(model, batch, { maximumSteps, rule, check })) {
      throwIfCancelled(context.signal);
      if (!step.halted) continue;
      const { haltProbability, step: steps, elapsedMs } = step.signals;
      answers[first + step.row] = { answer: step.answer, haltProbability, steps, elapsedMs };
    }
  }
  context.progress('solving with the TRM', puzzles.count, puzzles.count, 'puzzles');
  return answers;
}

/** What both ways to check say of an answer to the puzzle in a row. */
export function judge(
  { domain, dataset }: Pick<Bench, 'domain' | 'dataset'>,
  puzzles: TokenPuzzles,
  row: number,
  answer: Int32Array,
): Judgement {
  const { inputs, labels } = takePuzzles(puzzles, row, 1);
  const rules = domain.check(inputs, answer).valid;
  if (labels === undefined) return { exact: false, rules };
  // Around the grid of an ARC answer anything may stand.
  const exact = isArc(dataset)
    ? domain.check(inputs, answer, labels).valid === true
    : labels.every((label, cell) => label === IGNORED_LABEL || label === answer[cell]);
  return { exact, rules };
}

/** Whether an answer is right: by the rules, where the domain has any, else by the known answer. */
export function isRight({ exact, rules }: Judgement): boolean {
  return rules ?? exact;
}
