// Reads the golden numbers of a variant and brings them into our shapes.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { experimentSchema } from '../../common/config/experiment.ts';
import type { NamedArrays, Program } from '../../worker/capture/program.ts';
import { decodeSafetensors, type StoredTensor } from '../../worker/checkpoint/safetensors.ts';
import { type ParameterShape, parameterShapes } from '../../worker/model/parameters.ts';
import type { ModelSpecification } from '../../worker/model/specification.ts';
import type { TrainingSetup } from '../../worker/train/setup.ts';
import { initialState } from '../../worker/train/state.ts';
import { stateNames, trainingProgram } from '../../worker/train/step.ts';

export type Scalars = Record<string, number>;

export interface Golden {
  name: string;
  batchSize: number;
  specification: ModelSpecification;
  setup: TrainingSetup;
  shapes: Map<string, ParameterShape>;
  program: Program;
  steps: Map<string, StoredTensor>;
  expected: Record<'steps' | 'swap' | 'eval' | 'train', Scalars[]>;
  read(file: string): Map<string, StoredTensor>;
  /** Distance between the stored values of a tensor in the full one. */
  stride(file: string, tensor: string): number;
  /** The training step's state at the start of every protocol. */
  startState(): NamedArrays;
  batch(name: 'batch' | 'batchB'): NamedArrays;
}

const root = join(import.meta.dirname, '..', 'golden');

/** A small golden file. */
export function readSmall<Kind>(name: string): Kind {
  return JSON.parse(readFileSync(join(root, 'small', `${name}.json`), 'utf8')) as Kind;
}

/** The golden numbers of a variant, from `folder` or from those kept with the tests. */
export function readGolden(name: string, folder = join(root, name)): Golden {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const read = (file: string) => decodeSafetensors(readFileSync(join(folder, file)), file).tensors;
  const { config, training_hyperparameters: hyper } = manifest;
  const specification: ModelSpecification = {
    mixer: config.mlp_t ? 'mlp' : 'attention',
    hiddenSize: config.hidden_size,
    layers: config.L_layers,
    expansion: config.expansion,
    heads: config.num_heads,
    positions: config.pos_encodings,
    highCycles: config.H_cycles,
    lowCycles: config.L_cycles,
    puzzleEmbeddingLength: manifest.derived.puzzle_emb_len,
    puzzleEmbeddingSize: config.puzzle_emb_ndim,
    vocabularySize: config.vocab_size,
    sequenceLength: config.seq_len,
    puzzleIdentifierCount: config.num_puzzle_identifiers,
  };
  const training = experimentSchema.shape.training.parse({
    batchSize: config.batch_size,
    learningRate: hyper.lr,
    weightDecay: hyper.weight_decay,
    emaRate: hyper.ema_rate,
    puzzleEmbeddingLearningRate: hyper.puzzle_emb_lr,
    puzzleEmbeddingWeightDecay: hyper.puzzle_emb_weight_decay,
  });
  const halting = { maximumSteps: config.halt_max_steps, explorationProbability: 0, lossWeight: 0.5 };
  const setup = { specification, training, halting };
  const shapes = parameterShapes(specification);
  const program = trainingProgram(setup);
  const weights = read('weights.safetensors');
  const steps = read('steps.safetensors');
  return {
    name,
    batchSize: config.batch_size,
    specification,
    setup,
    shapes,
    program,
    steps,
    expected: manifest.expected,
    read,
    stride: (file, tensor) => manifest.files[file][tensor].sampled?.stride ?? 1,
    startState() {
      const state = initialState(program, shapes, 0);
      for (const [parameter] of shapes) {
        const values = (weights.get(parameter) as StoredTensor).values as Float32Array;
        state[parameter] = values;
        if (stateNames.ema(parameter) in state) state[stateNames.ema(parameter)] = values;
      }
      return state;
    },
    batch: (batch) => ({
      inputs: tensor(steps, `${batch}.inputs`),
      labels: tensor(steps, `${batch}.labels`),
      puzzle_identifiers: tensor(steps, `${batch}.puzzle_identifiers`),
    }),
  };
}

/** The values of a golden tensor. */
export function tensor(tensors: Map<string, StoredTensor>, name: string): Float32Array | Int32Array {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`no golden tensor ${name}`);
  return found.values;
}

/** [outer, inner, …] as [inner, outer, …]: between batch first and tokens first. */
export function swapAxes(values: ArrayLike<number>, outer: number, inner: number): Float32Array {
  const width = values.length / outer / inner;
  const swapped = new Float32Array(values.length);
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      for (let k = 0; k < width; k++) {
        swapped[(j * outer + i) * width + k] = values[(i * inner + j) * width + k] as number;
      }
    }
  }
  return swapped;
}

/** The largest amount by which a value misses atol + rtol·|expected|; at most 0 when all are close. */
export function excess(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  absolute: number,
  relative = 0,
): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = -Infinity;
  for (let index = 0; index < expected.length; index++) {
    const [a, e] = [actual[index] as number, expected[index] as number];
    const miss = Math.abs(a - e) - absolute - relative * Math.abs(e);
    if (Number.isNaN(miss)) return Infinity;
    worst = Math.max(worst, miss);
  }
  return worst;
}
