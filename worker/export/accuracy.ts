// The exact accuracy of an export beside that of its checkpoint: the same puzzles, the same halting rule.

import type { ExportValidation } from '../../common/export-validation.ts';
import { parseHaltingRule } from '../../common/halting/rule.ts';
import { IGNORED_LABEL } from '../../common/labels.ts';
import { repeatLast, type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { runRecursion } from '../../common/solving/recursion.ts';
import type { StepInputs, StepModel } from '../../common/solving/step-model.ts';
import { pairedDifference, proportion } from '../../common/statistics.ts';
import { createExecutor } from '../capture/executor.ts';
import type { Executor, NamedArrays } from '../capture/program.ts';
import type { Checkpoint } from '../checkpoint/load.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { latentNames } from '../model/latents.ts';
import { tokenCount } from '../model/specification.ts';
import { inferenceProgram } from '../model/step.ts';
import { openModelBytes, openWholeModel } from '../solve/model.ts';
import type { ModelFile } from '../solve/model-file.ts';
import { runTrained } from './agreement.ts';

export interface AccuracyOptions {
  split: 'train' | 'test';
  allowedLoss: number;
  context: JobContext;
}

/** Puzzles that run at once. */
const BATCH_SIZE = 16;

/** Answers and steps of some puzzles. */
interface Solved {
  /** [count, cells] */
  answers: Int32Array;
  steps: Int32Array;
}

type Solve = (puzzles: TokenPuzzles) => Promise<Solved>;

/** Runs both on the puzzles, whose labels must be known; `path` stands for the file in messages. */
export async function compareAccuracy(
  modelFile: ModelFile,
  path: string,
  checkpoint: Checkpoint,
  weights: NamedArrays,
  puzzles: TokenPuzzles,
  { split, allowedLoss, context }: AccuracyOptions,
): Promise<ExportValidation> {
  const { halting, maximumSteps } = modelFile.metadata;
  const tally = {
    count: 0,
    exact: 0,
    trainedExact: 0,
    lost: 0,
    gained: 0,
    equal: 0,
    steps: 0,
    trainedSteps: 0,
  };
  const trained = await openTrained(checkpoint, weights);
  const exported = await openExported(modelFile, path);
  try {
    const solveTrained: Solve = (batch) => solveSteps(trained.model, batch, halting, maximumSteps);
    for (let first = 0; first < puzzles.count; first += BATCH_SIZE) {
      throwIfCancelled(context.signal);
      context.progress('measuring the accuracy', first, puzzles.count, 'puzzles');
      const batch = takePuzzles(puzzles, first, BATCH_SIZE);
      addBatch(tally, batch, await exported.solve(batch), await solveTrained(batch));
    }
    context.progress('measuring the accuracy', puzzles.count, puzzles.count, 'puzzles');
  } finally {
    trained.close();
    await exported.close();
  }
  const { count, exact, trainedExact, lost, gained, equal, steps, trainedSteps } = tally;
  return {
    split,
    puzzleCount: count,
    halting,
    exactAccuracy: proportion(exact, count),
    trainedExactAccuracy: proportion(trainedExact, count),
    difference: pairedDifference(gained, lost, count),
    lost,
    gained,
    equalAnswers: equal / count,
    meanSteps: steps / count,
    trainedMeanSteps: trainedSteps / count,
    allowedLoss,
    forced: false,
  };
}

async function openExported(
  modelFile: ModelFile,
  path: string,
): Promise<{ solve: Solve; close(): Promise<void> }> {
  const { form, halting, maximumSteps } = modelFile.metadata;
  if (form === 'loop') return openWholeModel(modelFile, path);
  const model = await openModelBytes(modelFile, path);
  return { solve: (puzzles) => solveSteps(model, puzzles, halting, maximumSteps), close: model.close };
}

/** The trained model as one that is run step by step. */
async function openTrained(
  { specification, experiment, folder }: Checkpoint,
  weights: NamedArrays,
): Promise<{ model: StepModel; close(): void }> {
  const executor = createExecutor(inferenceProgram(specification, BATCH_SIZE), experiment.training.executor);
  await executor.writeState(weights);
  const names = latentNames(specification);
  const latentSize = tokenCount(specification) * specification.hiddenSize;
  const { sequenceLength: cells, vocabularySize: vocabulary } = specification;
  const model: StepModel = {
    path: folder,
    cells,
    vocabulary,
    tokenDistribution: experiment.training.answerLoss,
    latentNames: names,
    latentSize,
    step: (given) => runPadded(executor, names, given),
  };
  return { model, close: () => executor.dispose() };
}

/** The executor takes whole batches only: rows past the given ones repeat the last. */
async function runPadded(executor: Executor, names: readonly string[], given: StepInputs) {
  const { inputs, puzzleIdentifiers, latents, reset } = given;
  const count = reset.length;
  const pad = <Values extends Float32Array | Int32Array>(values: Values): Values => {
    const padded = new (values.constructor as new (length: number) => Values)(
      (values.length / count) * BATCH_SIZE,
    );
    padded.set(values);
    return padded;
  };
  const filled = repeatLast({ count, inputs, identifiers: puzzleIdentifiers }, BATCH_SIZE);
  const outputs = await runTrained(executor, names, {
    inputs: filled.inputs,
    puzzleIdentifiers: filled.identifiers,
    latents: Object.fromEntries(Object.entries(latents).map(([name, values]) => [name, pad(values)])),
    reset: pad(reset),
  });
  const cut = (values: Float32Array) => values.slice(0, (values.length / BATCH_SIZE) * count);
  return {
    latents: Object.fromEntries(Object.entries(outputs.latents).map(([name, values]) => [name, cut(values)])),
    logits: cut(outputs.logits),
    haltLogits: cut(outputs.haltLogits),
    continueLogits: cut(outputs.continueLogits),
  };
}

async function solveSteps(
  model: StepModel,
  puzzles: TokenPuzzles,
  halting: string,
  maximumSteps: number,
): Promise<Solved> {
  const { cells } = model;
  const answers = new Int32Array(puzzles.count * cells);
  const steps = new Int32Array(puzzles.count);
  for await (const step of runRecursion(model, puzzles, { maximumSteps, rule: parseHaltingRule(halting) })) {
    if (!step.halted) continue;
    answers.set(step.answer, step.row * cells);
    steps[step.row] = step.signals.step;
  }
  return { answers, steps };
}

interface Tally {
  count: number;
  exact: number;
  trainedExact: number;
  lost: number;
  gained: number;
  equal: number;
  steps: number;
  trainedSteps: number;
}

function addBatch(
  tally: Tally,
  { count, inputs, labels }: TokenPuzzles,
  found: Solved,
  trained: Solved,
): void {
  if (labels === undefined) throw new Error('puzzles without labels have no accuracy');
  const cells = inputs.length / count;
  for (let row = 0; row < count; row++) {
    const rowOf = (values: Int32Array) => values.subarray(row * cells, (row + 1) * cells);
    const [answer, trainedAnswer, label] = [rowOf(found.answers), rowOf(trained.answers), rowOf(labels)];
    const isExact = (given: Int32Array) =>
      label.every((token, cell) => token === IGNORED_LABEL || token === given[cell]);
    const [right, trainedRight] = [isExact(answer), isExact(trainedAnswer)];
    tally.count++;
    tally.exact += Number(right);
    tally.trainedExact += Number(trainedRight);
    tally.lost += Number(trainedRight && !right);
    tally.gained += Number(right && !trainedRight);
    tally.equal += Number(answer.every((token, cell) => token === trainedAnswer[cell]));
    tally.steps += found.steps[row] as number;
    tally.trainedSteps += trained.steps[row] as number;
  }
}
