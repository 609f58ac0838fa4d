// The whole of an experiment as one schema: every setting with its meaning, unit, default and bounds. Forms,
// flags, documentation and the frozen config of a run all come from here.

import { z } from 'zod';
import { datasetSectionSchema } from './dataset.ts';
import { count, flag, nonNegative, nonNegativeCount, share } from './fields.ts';

export const modelSectionSchema = z.strictObject({
  mixer: z
    .enum(['mlp', 'attention'])
    .default('mlp')
    .meta({ description: 'How tokens exchange information: an MLP over the token axis, or self-attention.' }),
  hiddenSize: count('Width of the latent vectors (D in the paper).', 'features').default(512),
  layers: count('Blocks of the one tiny network.', 'blocks').default(2),
  expansion: z
    .number()
    .gt(0)
    .max(64)
    .default(4)
    .meta({ description: 'Width of the SwiGLU blocks relative to their input.', unit: 'factor' }),
  heads: count('Attention heads; the hidden size must be a multiple.', 'heads').default(8),
  positions: z
    .enum(['none', 'rope', 'learned'])
    .default('none')
    .meta({ description: 'Position encoding; the paper uses none with the MLP and RoPE with attention.' }),
  highCycles: count(
    'Times the answer latent is refined in a supervision step (T in the paper).',
    'cycles',
  ).default(3),
  lowCycles: count(
    'Times the reasoning latent is refined in each of those (n in the paper).',
    'cycles',
  ).default(6),
  puzzleEmbeddingLength: count('Tokens in front of the puzzle that hold its embedding.', 'tokens').default(
    16,
  ),
  puzzleEmbeddingSize: nonNegativeCount(
    'Length of a learned puzzle embedding; at most puzzleEmbeddingLength × hiddenSize, the rest is zero. ' +
      '0 means hiddenSize.',
    'features',
  ).default(0),
});

export const haltingSectionSchema = z.strictObject({
  maximumSteps: count('Most supervision steps a puzzle gets.', 'steps').default(16),
  explorationProbability: share(
    'Chance that a training sample must think on for a random number of steps.',
  ).default(0.1),
  lossWeight: nonNegative('Weight of the halting loss beside the answer loss.', 'factor').default(0.5),
});

export const trainingSectionSchema = z.strictObject({
  steps: count('Optimizer steps; one supervision step each.', 'steps').default(60_000),
  batchSize: count('Puzzles in a batch.', 'puzzles').default(768),
  learningRate: nonNegative('Peak learning rate.', 'per step', 1).default(1e-4),
  minimumLearningRateRatio: share('Learning rate at the end of the cosine, relative to the peak.').default(1),
  warmupSteps: nonNegativeCount('Steps over which the learning rate rises from 0.', 'steps').default(2000),
  weightDecay: nonNegative('Decoupled weight decay.', 'per learning rate', 100).default(1),
  beta1: z
    .number()
    .min(0)
    .lt(1)
    .default(0.9)
    .meta({ description: 'Decay of the first moment.', unit: 'factor' }),
  beta2: z
    .number()
    .min(0)
    .lt(1)
    .default(0.95)
    .meta({ description: 'Decay of the second moment.', unit: 'factor' }),
  ema: flag('Evaluate and export the moving average of the weights.').default(true),
  emaRate: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .meta({ description: 'Share of the old average kept at each step.', unit: 'factor' }),
  puzzleEmbeddingLearningRate: nonNegative('Learning rate of the puzzle embeddings.', 'per step', 1).default(
    1e-4,
  ),
  puzzleEmbeddingWeightDecay: nonNegative(
    'Weight decay of the puzzle embeddings.',
    'per learning rate',
    100,
  ).default(1),
  checkpointEverySteps: count('Steps between saved checkpoints.', 'steps').default(1000),
  keepCheckpoints: count('Newest checkpoints kept beside the best one.', 'checkpoints').default(2),
  executor: z
    .enum(['auto', 'captured', 'eager'])
    .default('auto')
    .meta({
      description:
        'captured runs the step as one TensorFlow graph; eager runs it operation by operation, slower, anywhere; ' +
        'auto takes captured where TensorFlow is present.',
    }),
});

export const evaluationSectionSchema = z.strictObject({
  everySteps: nonNegativeCount('Steps between evaluations; 0 evaluates only at the end.', 'steps').default(
    5000,
  ),
  batchSize: count('Puzzles evaluated at once.', 'puzzles').default(256),
  maximumPuzzles: nonNegativeCount('Most test puzzles used during training; 0 uses all.', 'puzzles').default(
    0,
  ),
});

export const exportSectionSchema = z.strictObject({
  opset: z
    .number()
    .int()
    .min(18)
    .max(23)
    .default(18)
    .meta({ description: 'ONNX operator set; the lowest runs on the oldest runtimes.', unit: '' }),
  tolerance: nonNegative(
    'Largest deviation from the trained model that an export may show.',
    'logit',
    1,
  ).default(1e-4),
  checkPuzzles: count(
    'Real puzzles on which the export is compared with the trained model.',
    'puzzles',
  ).default(32),
});

/** What an experiment reproduces, so that its results can be held against what was published. */
export const publishedSectionSchema = z.strictObject({
  source: z
    .string()
    .min(1)
    .meta({ description: 'Paper, table or repository that the experiment comes from.' }),
  result: z
    .string()
    .min(1)
    .meta({ description: 'The published figure, or "none" for an experiment of ours.' }),
  hardware: z.string().default('not stated').meta({ description: 'What it was published to run on.' }),
  time: z.string().default('not stated').meta({ description: 'The published training time.' }),
});

export const experimentSchema = z
  .strictObject({
    name: z.string().min(1).max(120).meta({ description: 'Name shown for the runs of this experiment.' }),
    description: z.string().default('').meta({ description: 'What the experiment is for, in a sentence.' }),
    published: publishedSectionSchema
      .optional()
      .meta({ description: 'What the experiment reproduces and what was published of it.' }),
    seed: nonNegativeCount('Seed of the weights, the data order and the exploration.', '').default(0),
    dataset: datasetSectionSchema,
    model: modelSectionSchema.prefault({}),
    halting: haltingSectionSchema.prefault({}),
    training: trainingSectionSchema.prefault({}),
    evaluation: evaluationSectionSchema.prefault({}),
    export: exportSectionSchema.prefault({}),
  })
  .superRefine(({ model, training }, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (model.mixer === 'attention' && model.hiddenSize % model.heads !== 0) {
      issue(['model', 'heads'], `a divisor of model.hiddenSize (${model.hiddenSize})`);
    } else if (
      model.mixer === 'attention' &&
      model.positions === 'rope' &&
      (model.hiddenSize / model.heads) % 2 !== 0
    ) {
      issue(['model', 'heads'], `an even head size for RoPE (it is ${model.hiddenSize / model.heads} now)`);
    }
    if (model.mixer === 'mlp' && model.positions === 'rope') {
      issue(['model', 'positions'], 'none or learned with the MLP mixer: RoPE acts inside attention only');
    }
    if (model.puzzleEmbeddingSize > model.puzzleEmbeddingLength * model.hiddenSize) {
      const room = model.puzzleEmbeddingLength * model.hiddenSize;
      issue(['model', 'puzzleEmbeddingSize'], `at most puzzleEmbeddingLength × hiddenSize = ${room}`);
    }
    if (training.warmupSteps > training.steps) {
      issue(['training', 'warmupSteps'], `at most training.steps (${training.steps})`);
    }
  });

export type Experiment = z.infer<typeof experimentSchema>;
export type ModelSection = z.infer<typeof modelSectionSchema>;
export type HaltingSection = z.infer<typeof haltingSectionSchema>;
export type TrainingSection = z.infer<typeof trainingSectionSchema>;
