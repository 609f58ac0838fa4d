// Reads the golden numbers of a variant, whatever its sizes, and brings them into our shapes.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { experimentSchema } from '../../common/config/experiment.ts';
import { UserError } from '../../common/errors.ts';
import type { NamedArrays, Program } from '../../worker/capture/program.ts';
import { decodeSafetensors, type StoredTensor } from '../../worker/checkpoint/safetensors.ts';
import { initialLatentName } from '../../worker/model/latents.ts';
import { type ParameterShape, parameterShapes } from '../../worker/model/parameters.ts';
import type { ModelSpecification } from '../../worker/model/specification.ts';
import type { TrainingSetup } from '../../worker/train/setup.ts';
import { initialState } from '../../worker/train/state.ts';
import { stateNames } from '../../worker/train/state-names.ts';
import { trainingProgram } from '../../worker/train/step.ts';

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
  /** The reference's name of a latent: `z_H`. */
  referenceLatent(name: string): string;
}

/** The golden numbers kept with the tests. */
export const goldenRoot = join(import.meta.dirname, '..', 'golden');

/** The folders in it that hold a variant each. */
export const goldenVariants = [
  'trm-mlp',
  'trm-att',
  'trm-att-learned-pos',
  'trm-singlez',
  'trm-hier6',
  'hrm',
  'transformer-baseline',
] as const;

/** A small golden file. */
export function readSmall<Kind>(name: string): Kind {
  return JSON.parse(readFileSync(join(goldenRoot, 'small', `${name}.json`), 'utf8')) as Kind;
}

/** What a manifest says of the model and of its training; defaults are those of the reference's config classes. */
const manifestSchema = z.object({
  reference_class: z.string(),
  config: z.object({
    batch_size: z.number(),
    seq_len: z.number(),
    puzzle_emb_ndim: z.number().default(0),
    puzzle_emb_len: z.number().default(16),
    num_puzzle_identifiers: z.number(),
    vocab_size: z.number(),
    H_cycles: z.number(),
    L_cycles: z.number().default(1),
    H_layers: z.number().default(0),
    L_layers: z.number().optional(),
    hidden_size: z.number(),
    expansion: z.number(),
    num_heads: z.number(),
    pos_encodings: z.string(),
    // Constants of ours, which no published experiment changes.
    rms_norm_eps: z.literal(1e-5).default(1e-5),
    rope_theta: z.literal(10_000).default(10_000),
    halt_max_steps: z.number(),
    mlp_t: z.boolean().default(false),
    no_ACT_continue: z.boolean().default(true),
  }),
  loss_type: z.string(),
  training_hyperparameters: z.object({
    steps: z.number(),
    lr: z.number(),
    weight_decay: z.number(),
    betas: z.tuple([z.number(), z.number()]),
    puzzle_emb_lr: z.number(),
    puzzle_emb_weight_decay: z.number(),
    ema_rate: z.number(),
  }),
  expected: z.record(
    z.enum(['steps', 'swap', 'eval', 'train']),
    z.array(z.record(z.string(), z.coerce.number())),
  ),
  /** By file and tensor. */
  files: z.record(z.string(), z.record(z.string(), z.unknown())),
});
const sampledSchema = z.object({ sampled: z.object({ stride: z.number() }) });
type Manifest = z.infer<typeof manifestSchema>;

/** Our variants by the module of the reference that holds them. */
const variants: Readonly<Record<string, ModelSpecification['variant']>> = {
  trm: 'trm',
  trm_singlez: 'trm-singlez',
  trm_hier6: 'trm-hier6',
  hrm: 'hrm',
  transformers_baseline: 'transformer',
};

/** Settings of a model that is to be compared with the golden numbers of another. */
export interface GoldenChanges {
  model?: Partial<ModelSpecification>;
  halting?: Partial<TrainingSetup['halting']>;
}

/** The golden numbers of a variant, from `folder` or from those kept with the tests. */
export function readGolden(
  name: string,
  folder = join(goldenRoot, name),
  changes: GoldenChanges = {},
): Golden {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));
  const read = (file: string) => decodeSafetensors(readFileSync(join(folder, file)), file).tensors;
  const specification = { ...readSpecification(manifest, folder), ...changes.model };
  const { training, halting } = readSections(manifest);
  const setup = { specification, training, halting: { ...halting, ...changes.halting } };
  const shapes = parameterShapes(specification);
  const program = trainingProgram(setup);
  const weights = read('weights.safetensors');
  const steps = read('steps.safetensors');
  return {
    name,
    batchSize: setup.training.batchSize,
    specification,
    setup,
    shapes,
    program,
    steps,
    expected: manifest.expected,
    read,
    stride(file, tensor) {
      const sampled = sampledSchema.safeParse(manifest.files[file]?.[tensor]);
      return sampled.success ? sampled.data.sampled.stride : 1;
    },
    startState() {
      const state = initialState(program, shapes, 0);
      for (const [parameter] of shapes) {
        const values = tensor(weights, parameter) as Float32Array;
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
    referenceLatent: (latent) => `z_${initialLatentName(specification, latent).replace('_init', '')}`,
  };
}

/** The reference's config in our words. */
function readSpecification({ reference_class, config }: Manifest, folder: string): ModelSpecification {
  const module = /recursive_reasoning\.(\w+)@/.exec(reference_class)?.[1] ?? '';
  const variant = variants[module];
  if (variant === undefined) {
    throw new UserError({
      what: 'These golden numbers are of a model that TRM Studio does not have',
      where: join(folder, 'manifest.json'),
      found: `the reference class ${reference_class}`,
      expected: `one of the modules ${Object.keys(variants).join(', ')}`,
    });
  }
  return {
    ...experimentSchema.shape.model.parse({
      variant,
      mixer: config.mlp_t ? 'mlp' : 'attention',
      hiddenSize: config.hidden_size,
      layers: config.L_layers ?? config.H_layers,
      highLayers: config.H_layers,
      expansion: config.expansion,
      heads: config.num_heads,
      positions: ['rope', 'learned'].includes(config.pos_encodings) ? config.pos_encodings : 'none',
      highCycles: config.H_cycles,
      lowCycles: config.L_cycles,
      puzzleEmbedding: config.puzzle_emb_ndim > 0,
      puzzleEmbeddingLength: config.puzzle_emb_len,
      puzzleEmbeddingSize: config.puzzle_emb_ndim,
    }),
    vocabularySize: config.vocab_size,
    sequenceLength: config.seq_len,
    puzzleIdentifierCount: config.num_puzzle_identifiers,
  };
}

function readSections({ config, training_hyperparameters: hyper, loss_type }: Manifest) {
  const training = experimentSchema.shape.training.parse({
    steps: hyper.steps,
    batchSize: config.batch_size,
    answerLoss: loss_type === 'softmax_cross_entropy' ? 'softmax' : 'stablemax',
    learningRate: hyper.lr,
    warmupSteps: 0,
    weightDecay: hyper.weight_decay,
    beta1: hyper.betas[0],
    beta2: hyper.betas[1],
    emaRate: hyper.ema_rate,
    puzzleEmbeddingLearningRate: hyper.puzzle_emb_lr,
    puzzleEmbeddingWeightDecay: hyper.puzzle_emb_weight_decay,
  });
  const halting = experimentSchema.shape.halting.parse({
    maximumSteps: config.halt_max_steps,
    continueLoss: !config.no_ACT_continue,
    explorationProbability: 0,
  });
  return { training, halting };
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
