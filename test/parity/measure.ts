// Runs our training, evaluation and inference programs through the protocols of a variant's golden numbers and enters
// every difference. This is the one comparison with the reference: the tests and `npm run parity` both use it.

import * as tf from '@tensorflow/tfjs-core';
import { nextName } from '../../common/solving/step-model.ts';
import { plainCompute } from '../../worker/capture/compute.ts';
import { createExecutor } from '../../worker/capture/executor.ts';
import type { Executor, NamedArrays, Program } from '../../worker/capture/program.ts';
import { evaluationProgram } from '../../worker/evaluate/program.ts';
import { carryName, latentNames } from '../../worker/model/latents.ts';
import { oneHotRows } from '../../worker/model/layers.ts';
import { crossEntropies } from '../../worker/model/losses.ts';
import { PUZZLE_TABLE } from '../../worker/model/parameters.ts';
import { tokenCount } from '../../worker/model/specification.ts';
import { inferenceProgram } from '../../worker/model/step.ts';
import { METRICS } from '../../worker/train/metrics.ts';
import { scalarNames, scalarsAt } from '../../worker/train/schedule.ts';
import { stateNames } from '../../worker/train/state-names.ts';
import { type Golden, type Scalars, swapAxes, tensor } from '../worker/golden.ts';
import { createLedger, type Deviation, type Ledger, type Quantity, type Values } from './ledger.ts';

/** `fused` is captured with whole layers as one operation. */
export type ExecutorKind = 'eager' | 'captured' | 'fused';

/** How far a variant is from its golden numbers. */
export interface Measurement {
  variant: string;
  executor: ExecutorKind;
  deviations: Deviation[];
  /** Golden tensors that no protocol compared; none in a whole comparison. */
  unread: string[];
  passed: boolean;
}

const CLOSE = { absolute: 1e-4, relative: 1e-4 };
const LOSS_CLOSE = { absolute: 1e-4, relative: 1e-5 };
const GRADIENT_SHARE = 2e-4;
const TABLE_CLOSE = { absolute: 1e-5, relative: 0 };
const NEAR = 2e-5;
const FAR_SHARE = 1e-3;

function executorOf(program: Program, kind: ExecutorKind): Executor {
  return kind === 'fused'
    ? createExecutor(program, 'captured', { ...plainCompute, fusedLayers: true })
    : createExecutor(program, kind);
}

/** Runs all protocols of a variant. Needs a running tfjs backend; `captured` needs TensorFlow, `fused` our native addon too. */
export async function measureVariant(golden: Golden, kind: ExecutorKind): Promise<Measurement> {
  const ledger = createLedger();
  const training = executorOf(golden.program, kind);
  try {
    for (const measure of [measureSteps, measureSwaps, measureGradients, measureTraining]) {
      await training.writeState(golden.startState());
      await measure(golden, training, ledger);
    }
  } finally {
    training.dispose();
  }
  await measureEvaluation(golden, kind, ledger);
  await measureInference(golden, kind, ledger);
  const deviations = ledger.deviations();
  return {
    variant: golden.name,
    executor: kind,
    deviations,
    unread: [...golden.steps.keys()].filter((name) => !/^batchB?\./.test(name) && !ledger.names.has(name)),
    passed: deviations.every(({ passed }) => passed),
  };
}

/** The same batch again and again, without updates. */
async function measureSteps(golden: Golden, executor: Executor, ledger: Ledger): Promise<void> {
  for (const [index, expected] of golden.expected.steps.entries()) {
    const outputs = await runTraining(golden, executor, golden.batch('batch'), index + 1, false);
    await compareStep(golden, executor, outputs, `step${index + 1}`, expected, ledger);
    compareCells(golden, outputs.logits as Float32Array, `step${index + 1}`, expected, ledger);
  }
}

/** Two batches in turn: halted puzzles take new data, the others keep theirs. */
async function measureSwaps(golden: Golden, executor: Executor, ledger: Ledger): Promise<void> {
  for (const [index, expected] of golden.expected.swap.entries()) {
    const batch = golden.batch(index % 2 === 0 ? 'batch' : 'batchB');
    const outputs = await runTraining(golden, executor, batch, index + 1, false);
    await compareStep(golden, executor, outputs, `swap${index + 1}`, expected, ledger);
  }
}

/** Training with updates: losses, puzzle table, and at the end parameters and their average. */
async function measureTraining(golden: Golden, executor: Executor, ledger: Ledger): Promise<void> {
  const { learningRate, steps } = golden.setup.training;
  for (const [index, expected] of golden.expected.train.entries()) {
    const outputs = await runTraining(golden, executor, golden.batch('batch'), index + 1, true);
    await compareStep(golden, executor, outputs, `train${index + 1}`, expected, ledger);
  }
  const state = await executor.readState();
  const bound = { near: NEAR, far: 2 * learningRate * steps, farShare: FAR_SHARE };
  const compare = (quantity: Quantity, file: string, read: (name: string) => string) => {
    for (const [name, { values }] of golden.read(file)) {
      const ours = everyNth(state[read(name)], golden.stride(file, name), values.length);
      if (name === PUZZLE_TABLE) ledger.close('puzzle table', name, ours, values, TABLE_CLOSE);
      else ledger.mostlyClose(quantity, name, ours, values, bound);
    }
  };
  compare('parameters after training', `after${steps}.safetensors`, (name) => name);
  compare('EMA after training', `ema${steps}.safetensors`, stateNames.ema);
}

/** Gradients at the first step, read off the first moments, which begin at zero. */
async function measureGradients(golden: Golden, executor: Executor, ledger: Ledger): Promise<void> {
  const outputs = await runTraining(golden, executor, golden.batch('batch'), 1, false);
  const state = await executor.readState();
  const share = 1 - golden.setup.training.beta1;
  const file = 'grads.safetensors';
  for (const [name, { values }] of golden.read(file)) {
    const isRows = name.endsWith('puzzle_emb.local_weights');
    const ours = isRows
      ? outputs.puzzle_row_gradients
      : (state[stateNames.firstMoment(name)] as Float32Array | undefined)?.map((moment) => moment / share);
    const sampled = everyNth(ours, golden.stride(file, name), values.length);
    ledger.closeToScale(isRows ? 'puzzle-row gradients' : 'gradients', name, sampled, values, GRADIENT_SHARE);
  }
}

async function runTraining(
  golden: Golden,
  executor: Executor,
  batch: NamedArrays,
  step: number,
  updates: boolean,
): Promise<NamedArrays> {
  const { training } = golden.setup;
  const still = { learningRate: 0, puzzleLearningRate: 0 };
  const values = { ...scalarsAt(step, training), ...(updates ? {} : still) };
  const scalars = Float32Array.from(scalarNames(training), (name) => values[name]);
  const inputs = { ...batch, minimum_steps: new Int32Array(golden.batchSize), scalars };
  return executor.run(inputs, [
    'metrics',
    'logits',
    'halt_logits',
    'continue_logits',
    ...(golden.steps.has('step1.target_q_continue') ? ['continue_targets'] : []),
    ...(golden.specification.puzzleEmbedding ? ['puzzle_row_gradients'] : []),
  ]);
}

/** What a training step gave, and the carry after it, against the golden tensors that begin with `name`. */
async function compareStep(
  golden: Golden,
  executor: Executor,
  outputs: NamedArrays,
  name: string,
  expected: Scalars,
  ledger: Ledger,
): Promise<void> {
  const { batchSize, specification, steps } = golden;
  const state = await executor.readState();
  const compare = (quantity: Quantity, suffix: string, ours: Values | undefined, exact = false) => {
    const full = `${name}.${suffix}`;
    if (!steps.has(full)) return;
    if (exact) ledger.equal(quantity, full, ours ?? [], tensor(steps, full));
    else ledger.close(quantity, full, ours ?? [], tensor(steps, full), CLOSE);
  };
  const logits = swapAxes(outputs.logits as Float32Array, specification.sequenceLength, batchSize);
  compare('logits', 'logits', logits);
  compare('answers, counts and halting', 'preds', mostLikely(logits, specification.vocabularySize), true);
  compare('halting logits', 'q_halt_logits', outputs.halt_logits);
  compare('continue logits', 'q_continue_logits', outputs.continue_logits);
  compare('continue targets', 'target_q_continue', outputs.continue_targets);
  for (const latent of latentNames(specification)) {
    const carried = state[carryName(latent)] as Float32Array;
    const batchFirst = swapAxes(carried, tokenCount(specification), batchSize);
    compare('carried latents', `carry.${golden.referenceLatent(latent)}`, batchFirst);
  }
  for (const counter of ['steps', 'halted']) {
    compare('answers, counts and halting', counter, state[`carry/${counter}`], true);
  }
  for (const field of ['inputs', 'labels', 'puzzle_identifiers']) {
    compare('answers, counts and halting', `current.${field}`, state[`carry/${field}`], true);
  }
  const table = `${name}.puzzle_emb_weights_after`;
  if (steps.has(table)) {
    ledger.close('puzzle table', table, state[PUZZLE_TABLE] ?? [], tensor(steps, table), TABLE_CLOSE);
  }
  compareMetrics(outputs.metrics as Float32Array, name, expected, ledger);
}

/** Our metrics by the names of the reference's loss head; all are sums over the batch. */
const metricNames = {
  loss: 'loss',
  lm_loss: 'answerLoss',
  q_halt_loss: 'haltingLoss',
  q_continue_loss: 'continueLoss',
  accuracy: 'tokenAccuracy',
  count: 'count',
  exact_accuracy: 'exactAccuracy',
  q_halt_accuracy: 'haltingAccuracy',
  steps: 'steps',
} as const;
const WHOLE = ['count', 'exact_accuracy', 'q_halt_accuracy', 'steps'];

function compareMetrics(metrics: Float32Array, name: string, expected: Scalars, ledger: Ledger): void {
  for (const [theirs, ours] of Object.entries(metricNames)) {
    const wanted = expected[theirs];
    if (wanted !== undefined) {
      compareScalar(`${name}: ${theirs}`, metrics[METRICS.indexOf(ours)] as number, wanted, theirs, ledger);
    }
  }
}

function compareScalar(name: string, ours: number, wanted: number, kind: string, ledger: Ledger): void {
  if (WHOLE.includes(kind)) ledger.equal('answers, counts and halting', name, [ours], [wanted]);
  else ledger.close('losses', name, [ours], [wanted], LOSS_CLOSE);
}

/** Both cross entropies of each cell of `batch`, from our logits, 0 where the label is ignored. */
function compareCells(
  golden: Golden,
  logits: Float32Array,
  name: string,
  expected: Scalars,
  ledger: Ledger,
): void {
  const { batchSize, specification, steps } = golden;
  const { sequenceLength, vocabularySize } = specification;
  // The carry may hold other data than the batch only where the protocol changes batches, as the steps do not.
  const labels = swapAxes(golden.batch('batch').labels as Int32Array, batchSize, sequenceLength);
  for (const [theirs, kind] of [
    ['stablemax_ce', 'stablemax'],
    ['softmax_ce', 'softmax'],
  ] as const) {
    const perCell = tf.tidy(() => {
      const oneHot = oneHotRows(
        tf.tensor1d(
          Int32Array.from(labels, (label) => Math.max(0, label)),
          'int32',
        ),
        vocabularySize,
      );
      const rows = tf.tensor2d(logits, [labels.length, vocabularySize]);
      return crossEntropies[kind](rows, oneHot).dataSync<'float32'>();
    });
    const counted = perCell.map((loss, cell) => ((labels[cell] as number) < 0 ? 0 : loss));
    const batchFirst = swapAxes(counted, sequenceLength, batchSize);
    const full = `${name}.${theirs}`;
    if (steps.has(full)) ledger.close('cross entropy per cell', full, batchFirst, tensor(steps, full), CLOSE);
    if (kind === 'softmax' && expected.lm_loss_softmax !== undefined) {
      const sum = meanOverLabels(batchFirst, golden);
      compareScalar(`${name}: lm_loss_softmax`, sum, expected.lm_loss_softmax, 'lm_loss_softmax', ledger);
    }
  }
}

/** Sum over the batch of each puzzle's mean over the cells that count. */
function meanOverLabels(perCell: Float32Array, { batchSize, ...golden }: Golden): number {
  const cells = golden.specification.sequenceLength;
  const { labels } = golden.batch('batch');
  let total = 0;
  for (let row = 0; row < batchSize; row++) {
    const counted = (labels as Int32Array)
      .slice(row * cells, (row + 1) * cells)
      .filter((label) => label >= 0);
    const sum = perCell.slice(row * cells, (row + 1) * cells).reduce((part, loss) => part + loss, 0);
    total += sum / Math.max(1, counted.length);
  }
  return total;
}

/** Evaluation mode: the full number of steps for every puzzle. */
async function measureEvaluation(golden: Golden, kind: ExecutorKind, ledger: Ledger): Promise<void> {
  const { batchSize, specification, steps } = golden;
  const executor = executorOf(
    evaluationProgram(specification, batchSize, golden.setup.training.answerLoss),
    kind,
  );
  try {
    const state = golden.startState();
    const names = [...golden.shapes.keys(), ...latentNames(specification).map(carryName)];
    await executor.writeState(Object.fromEntries(names.map((name) => [name, state[name] as Float32Array])));
    for (const [index, expected] of golden.expected.eval.entries()) {
      const name = `eval${index + 1}`;
      const isLast = index + 1 === golden.setup.halting.maximumSteps;
      const reset = new Int32Array(batchSize).fill(index === 0 ? 1 : 0);
      const outputs = await executor.run({ ...golden.batch('batch'), reset }, [
        'halt_logits',
        'answers',
        'answer_losses',
        'exact',
        'correct_cells',
        'counted_cells',
      ]);
      const halting = outputs.halt_logits as Float32Array;
      ledger.close(
        'halting logits',
        `${name}.q_halt_logits`,
        halting,
        tensor(steps, `${name}.q_halt_logits`),
        CLOSE,
      );
      const equal = (suffix: string, ours: Values) => {
        if (steps.has(`${name}.${suffix}`)) {
          const wanted = tensor(steps, `${name}.${suffix}`);
          ledger.equal('answers, counts and halting', `${name}.${suffix}`, ours, wanted);
        }
      };
      equal('preds', outputs.answers as Int32Array);
      equal('steps', new Int32Array(batchSize).fill(index + 1));
      equal('halted', new Int32Array(batchSize).fill(Number(isLast)));
      for (const [scalar, ours] of Object.entries(evaluationScalars(outputs, isLast, index + 1))) {
        const wanted = expected[scalar];
        if (wanted !== undefined) compareScalar(`${name}: ${scalar}`, ours, wanted, scalar, ledger);
      }
    }
  } finally {
    executor.dispose();
  }
}

/** The reference's sums over the batch, from what our evaluation gives for each puzzle. */
function evaluationScalars(outputs: NamedArrays, isLast: boolean, step: number): Scalars {
  const rows = Array.from(outputs.halt_logits as Float32Array, (haltLogit, row) => {
    const [exact, right, counted, answerLoss] = [
      'exact',
      'correct_cells',
      'counted_cells',
      'answer_losses',
    ].map((name) => outputs[name]?.[row] as number) as [number, number, number, number];
    const softplus = Math.max(haltLogit, 0) + Math.log1p(Math.exp(-Math.abs(haltLogit)));
    const counts = isLast && counted > 0 ? 1 : 0;
    return {
      lm_loss: answerLoss,
      q_halt_loss: softplus - haltLogit * exact,
      count: counts,
      accuracy: (counts * right) / Math.max(1, counted),
      exact_accuracy: counts * exact,
      q_halt_accuracy: counts * Number(haltLogit >= 0 === exact > 0),
      steps: counts * step,
    };
  });
  const names = Object.keys(rows[0] ?? {}) as (keyof (typeof rows)[number])[];
  return Object.fromEntries(names.map((name) => [name, rows.reduce((total, row) => total + row[name], 0)]));
}

/** The inference step, which is what an export holds, in evaluation mode. */
async function measureInference(golden: Golden, kind: ExecutorKind, ledger: Ledger): Promise<void> {
  const { batchSize, specification, steps } = golden;
  const executor = executorOf(inferenceProgram(specification, batchSize), kind);
  const names = latentNames(specification);
  try {
    const state = golden.startState();
    await executor.writeState(
      Object.fromEntries([...golden.shapes.keys()].map((name) => [name, state[name] as Float32Array])),
    );
    const { inputs, puzzle_identifiers } = golden.batch('batch') as Record<string, Int32Array>;
    const size = batchSize * tokenCount(specification) * specification.hiddenSize;
    let latents: NamedArrays = Object.fromEntries(names.map((name) => [name, new Float32Array(size)]));
    for (let step = 1; step <= golden.expected.eval.length; step++) {
      const reset = new Int32Array(batchSize).fill(step === 1 ? 1 : 0);
      const given = { inputs, puzzle_identifiers, reset, ...latents } as NamedArrays;
      const outputs = await executor.run(given, [
        ...names.map(nextName),
        'logits',
        'halt_logits',
        'continue_logits',
      ]);
      latents = Object.fromEntries(names.map((name) => [name, outputs[nextName(name)] as Float32Array]));
      for (const [quantity, ours, theirs] of [
        ['logits', 'logits', 'logits'],
        ['halting logits', 'halt_logits', 'q_halt_logits'],
        ['continue logits', 'continue_logits', 'q_continue_logits'],
        ...names.map(
          (name) => ['carried latents', nextName(name), `carry.${golden.referenceLatent(name)}`] as const,
        ),
      ] as const) {
        const full = `eval${step}.${theirs}`;
        if (steps.has(full)) ledger.close(quantity, full, outputs[ours] ?? [], tensor(steps, full), CLOSE);
      }
    }
  } finally {
    executor.dispose();
  }
}

/** The most likely token of each cell; logits are [cells, vocabulary]. */
function mostLikely(logits: Float32Array, vocabularySize: number): Int32Array {
  return Int32Array.from({ length: logits.length / vocabularySize }, (_, cell) => {
    const row = logits.subarray(cell * vocabularySize, (cell + 1) * vocabularySize);
    return row.indexOf(Math.max(...row));
  });
}

/** Every `stride`-th value, as the golden files hold large tensors; nothing where there is no such tensor. */
function everyNth(values: Values | undefined, stride: number, count: number): Values {
  if (values === undefined || Math.ceil(values.length / stride) !== count) return [];
  return Float32Array.from({ length: count }, (_, index) => values[index * stride] as number);
}
