// The solving job: puzzles through an exported model with ONNX Runtime, each until its halting head is sure enough.
// What counts as solved is decided by the rules of the puzzle, never by the model.

import { UserError } from '../../common/errors.ts';
import { parseHaltingRule } from '../../common/halting/rule.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { createRandom } from '../../common/random.ts';
import type { SolvedPuzzle, SolvedStep } from '../../common/results.ts';
import { parseStrategy } from '../../common/rollouts/strategy.ts';
import { runRollouts } from '../../common/solving/chains.ts';
import { joinPuzzles, type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { type RecursionOptions, type RecursionStep, runRecursion } from '../../common/solving/recursion.ts';
import { requireFittingDataset, withKnownIdentifiers } from '../dataset/fit.ts';
import { openDataset } from '../dataset/open.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { symmetriesOf } from '../rollouts/symmetries.ts';
import { type Domain, domainOf } from './domains.ts';
import type { OpenModel } from './model.ts';
import { chooseTestPuzzles } from './puzzles.ts';
import { openSubject } from './subject.ts';

type SolveSpec = JobSpecOf<'solve'>;

/** Puzzles that run at once. */
const BATCH_SIZE = 64;

/** Solves the puzzles that `spec` gives, draws or has made. */
export async function solveJob(spec: SolveSpec, context: JobContext): Promise<JobResultOf<'solve'>> {
  const startedMs = performance.now();
  const model = await openSubject(spec.subject, { threads: 0, provider: spec.provider });
  try {
    const domain = domainOf(model.metadata, model.path);
    const halting = spec.halting ?? model.metadata.halting;
    const maximumSteps = spec.maximumSteps || model.metadata.maximumSteps;
    const options = { maximumSteps, rule: parseHaltingRule(halting) };
    const puzzles = await choosePuzzles(spec, model, domain, context);
    const solved: SolvedPuzzle[] = [];
    for (let first = 0; first < puzzles.count; first += BATCH_SIZE) {
      context.progress('solving', first, puzzles.count, 'puzzles');
      const batch = takePuzzles(puzzles, first, BATCH_SIZE);
      const solve = spec.rollouts ? rollOut : solveBatch;
      solved.push(...(await solve(model, domain, batch, first, options, spec, context)));
    }
    context.progress('solving', puzzles.count, puzzles.count, 'puzzles');
    return {
      kind: 'solve',
      halting,
      maximumSteps,
      puzzlesTried: solved.length,
      puzzlesSolved: solved.filter(({ valid }) => valid === true).length,
      ...(domain.drawing && { drawing: domain.drawing }),
      puzzles: solved,
      meanSteps: solved.reduce((total, { steps }) => total + steps, 0) / solved.length,
      elapsedMs: performance.now() - startedMs,
    };
  } finally {
    await model.close();
  }
}

async function choosePuzzles(
  spec: SolveSpec,
  model: OpenModel,
  domain: Domain,
  context: JobContext,
): Promise<TokenPuzzles> {
  const { datasetFolder, generate, count, seed } = spec;
  const puzzles = givenPuzzles(spec, domain);
  if (puzzles.length > 0) return joinPuzzles(puzzles.map((text, index) => domain.parse(text, index + 1)));
  if (datasetFolder === null) {
    throw new UserError({
      what: 'There is nothing to solve',
      found: 'neither puzzles nor a dataset',
      expected: 'puzzles as text, or a dataset to draw them from',
      remedy: 'give puzzles, or name a dataset with --dataset',
    });
  }
  const { metadata } = model;
  const trained = { digest: metadata.dataset.digest, alsoTrainedOn: metadata.alsoTrainedOn };
  const dataset = withKnownIdentifiers(openDataset(datasetFolder), trained);
  try {
    const sizes = { ...metadata.sizes, vocabulary: metadata.vocabulary };
    requireFittingDataset(dataset, sizes, metadata.dataset.name);
    if (!generate) return chooseTestPuzzles(dataset, count, seed);
    return joinPuzzles(await domain.generate(dataset, { count, seed, context }));
  } finally {
    dataset.close();
  }
}

function givenPuzzles({ puzzles, text }: SolveSpec, domain: Domain): string[] {
  if (text === undefined) return puzzles;
  const fromText = (domain.split ?? splitLines)(text);
  if (puzzles.length + fromText.length > 0) return [...puzzles, ...fromText];
  throw new UserError({
    what: 'The file holds no puzzles',
    found: `${text.length} characters`,
    expected: 'at least one puzzle',
    remedy: 'put puzzles into the file, or leave out --file to draw them from a dataset',
  });
}

/** A puzzle a line; empty lines and lines that begin with # are passed over. */
function splitLines(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

async function solveBatch(
  model: OpenModel,
  domain: Domain,
  batch: TokenPuzzles,
  firstPuzzle: number,
  options: Omit<RecursionOptions, 'check'>,
  { confidences }: SolveSpec,
  context: JobContext,
): Promise<SolvedPuzzle[]> {
  const solved: SolvedPuzzle[] = [];
  const verdictOf = (row: number, answer: Int32Array) => {
    const { inputs, labels } = takePuzzles(batch, row, 1);
    return domain.check(inputs, answer, labels);
  };
  // The known answer of the dataset is no rule: a model that halts when it has found it would be told the answer.
  const check = (row: number, answer: Int32Array) =>
    domain.check(takePuzzles(batch, row, 1).inputs, answer).valid;
  for await (const step of runRecursion(model, batch, { ...options, check })) {
    throwIfCancelled(context.signal);
    const described = describeStep(step, firstPuzzle + step.row, domain, confidences);
    context.emit({ type: 'solved-step', solved: described });
    if (!step.halted) continue;
    const { puzzle, answer, haltProbability } = described;
    const question = domain.format(takePuzzles(batch, step.row, 1).inputs);
    const verdict = verdictOf(step.row, step.answer);
    solved[step.row] = { puzzle, question, answer, steps: described.step, haltProbability, ...verdict };
  }
  return solved;
}

/** The same by a rollout strategy; of each puzzle only what was chosen is told. */
async function rollOut(
  model: OpenModel,
  domain: Domain,
  batch: TokenPuzzles,
  firstPuzzle: number,
  { maximumSteps, rule }: Omit<RecursionOptions, 'check'>,
  { rollouts, seed }: SolveSpec,
  context: JobContext,
): Promise<SolvedPuzzle[]> {
  const strategy = parseStrategy(rollouts ?? 'plain');
  const { vocabulary } = model.metadata;
  const outcomes = await runRollouts(model, batch, {
    strategy,
    maximumSteps,
    rule: rule ?? parseHaltingRule(`steps>=${maximumSteps}`),
    symmetries: vocabulary === null ? [] : symmetriesOf(vocabulary, strategy.symmetries, seed),
    random: createRandom(seed, 'noise', firstPuzzle),
    check: (row, answer) => domain.check(takePuzzles(batch, row, 1).inputs, answer).valid,
    onStep: () => throwIfCancelled(context.signal),
  });
  return outcomes.map(({ chosen, steps }, row) => {
    const { inputs, labels } = takePuzzles(batch, row, 1);
    const verdict = domain.check(inputs, chosen.answer, labels);
    const { haltProbability, changedCells, latentResidual, confidence } = chosen;
    const answer = domain.format(chosen.answer);
    const puzzle = firstPuzzle + row;
    const last = {
      puzzle,
      step: chosen.steps,
      answer,
      haltProbability,
      changedCells,
      latentResidual,
      confidence,
    };
    context.emit({ type: 'solved-step', solved: { ...last, halted: true } });
    return { puzzle, question: domain.format(inputs), answer, steps, haltProbability, ...verdict };
  });
}

function describeStep(
  { answer, signals, confidences, halted }: RecursionStep,
  puzzle: number,
  domain: Domain,
  withConfidences: boolean,
): SolvedStep {
  const { step, haltProbability, changedCells, latentResidual, confidence } = signals;
  return {
    puzzle,
    step,
    answer: domain.format(answer),
    haltProbability,
    changedCells,
    latentResidual,
    confidence,
    ...(withConfidences && { confidences: Array.from(confidences, (value) => Number(value.toFixed(3))) }),
    halted,
  };
}
