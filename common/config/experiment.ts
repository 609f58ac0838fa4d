// The whole of an experiment as one schema: every setting with its meaning, unit, default and bounds. Forms,
// flags, documentation and the frozen config of a run all come from here.

import { z } from 'zod';
import { datasetSectionSchema } from './dataset.ts';
import { count, flag, nonNegative, nonNegativeCount, share } from './fields.ts';
import { trainingProblems, trainingSectionSchema } from './training.ts';

export const modelSectionSchema = z.strictObject({
  variant: z
    .enum(['trm', 'trm-singlez', 'trm-hier6', 'hrm', 'transformer'])
    .default('trm')
    .meta({
      description:
        'Which latents there are and how they are refined. trm: answer and reasoning, one tiny network; trm-singlez: ' +
        'one latent; trm-hier6: an answer and six reasoning latents; hrm: the Hierarchical Reasoning Model, two ' +
        'networks; transformer: one pass through one network a supervision step (direct prediction).',
    }),
  mixer: z
    .enum(['mlp', 'attention'])
    .default('mlp')
    .meta({ description: 'How tokens exchange information: an MLP over the token axis, or self-attention.' }),
  hiddenSize: count('Width of the latent vectors (D in the paper).', 'features').default(512),
  layers: count('Blocks of the network; of the low-level one where there are two.', 'blocks').default(2),
  highLayers: nonNegativeCount(
    'Blocks of the network of the answer latent where it has its own (hrm, transformer, separateNetworks). ' +
      '0 means layers.',
    'blocks',
  ).default(0),
  separateNetworks: flag(
    'Gives the answer latent a network of its own instead of sharing one (trm only; hrm always has two).',
  ).default(false),
  expansion: z
    .number()
    .gt(0)
    .max(64)
    .default(4)
    .meta({ description: 'Width of the SwiGLU blocks relative to their input.', unit: 'factor' }),
  gatedUnit: z
    .enum(['swiglu', 'normalised'])
    .default('swiglu')
    .meta({
      description:
        'What the gated layers do between their matrices. swiglu: gate·σ(gate)·up, as published; normalised: ' +
        'σ(gate)·RMSNorm(gate·up), which sic (arXiv 2601.19085) needs for Muon.',
    }),
  heads: count(
    'Attention heads; the hidden size must be a multiple, except for the transformer, which rounds the head size down.',
    'heads',
  ).default(8),
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
  gradient: z
    .enum(['auto', 'recursion', 'one-step'])
    .default('auto')
    .meta({
      description:
        'How far back gradients reach in a supervision step. recursion: through the whole last recursion, as in the ' +
        'TRM paper; one-step: only through the last pass for the reasoning and the last for the answer, as in HRM; ' +
        'auto: one-step for hrm, else recursion.',
    }),
  puzzleEmbedding: flag(
    'Gives each puzzle a learned embedding in front of its cells; without it the halting head reads the first cell.',
  ).default(true),
  puzzleEmbeddingLength: nonNegativeCount(
    'Tokens in front of the puzzle that hold its embedding. 0, and always for hrm and transformer, means as few as ' +
      'hold it.',
    'tokens',
  ).default(16),
  puzzleEmbeddingSize: nonNegativeCount(
    'Length of a learned puzzle embedding; at most puzzleEmbeddingLength × hiddenSize where that is not 0, the rest ' +
      'is zero. 0 means hiddenSize.',
    'features',
  ).default(0),
});

export const haltingSectionSchema = z.strictObject({
  maximumSteps: count('Most supervision steps a puzzle gets.', 'steps').default(16),
  continueLoss: flag(
    'Trains the second halting logit too, on what thinking on would bring (ACT-continue: a second forward pass a ' +
      'step), and halts in training where halting beats going on. hrm always has it.',
  ).default(false),
  explorationProbability: share(
    'Chance that a training sample must think on for a random number of steps.',
  ).default(0.1),
  lossWeight: nonNegative('Weight of the halting loss beside the answer loss.', 'factor').default(0.5),
  stepWeightDecay: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .meta({
      description:
        "A puzzle's losses at its supervision step t count stepWeightDecay^(t − 1) times; 1 counts all steps alike. " +
        'CGAR uses 0.7.',
      unit: 'factor',
    }),
});

/** How long a puzzle is worked on in an evaluation. */
export const evaluationModes = ['fixed', 'halting'] as const;

export const evaluationSectionSchema = z.strictObject({
  mode: z
    .enum(evaluationModes)
    .default('fixed')
    .meta({
      description:
        'How long each puzzle is worked on. fixed: the most supervision steps there are, as in the reference; halting: ' +
        'until the halting head says stop, when the next puzzle takes its place in the batch, which is several times ' +
        'faster with a trained model.',
    }),
  haltThreshold: share(
    "The halting head says stop above this probability; the reference's is 0.5. Where answers at halting are worse than " +
      'those after all steps, a higher one takes more steps.',
  ).default(0.5),
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
  accuracyPuzzles: nonNegativeCount(
    'Puzzles on which the exact accuracy of the export is held against that of the checkpoint; 0 leaves that out.',
    'puzzles',
  ).default(128),
  accuracySplit: z
    .enum(['train', 'test'])
    .default('test')
    .meta({ description: 'Split that these puzzles are drawn from.', unit: '' }),
  allowedAccuracyLoss: nonNegative(
    'Exact accuracy that an export may lose against its checkpoint; one that loses more is refused.',
    'share',
    1,
  ).default(0.01),
});

/** Where the weights come from that a run begins with, in place of fresh ones. */
export const initializationSectionSchema = z.strictObject({
  from: z
    .string()
    .min(1)
    .meta({
      description:
        'The weights to begin with (fine-tuning): RUN, RUN@STEP, the folder of a checkpoint, or a .pt or .safetensors ' +
        'file relative to the config file. Optimizer and step begin anew; puzzle embeddings of another number of ' +
        'puzzles all begin as the mean of the old ones.',
    }),
  weights: z
    .enum(['ema', 'raw'])
    .default('ema')
    .meta({ description: 'Averaged or raw weights, where a checkpoint has both.' }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: '64 hexadecimal digits' })
    .optional()
    .meta({
      description:
        "SHA-256 that the file, or a checkpoint's checkpoint.json, must have; noted in the frozen config of a run.",
    }),
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

/** Combinations of model settings that make no model: the setting to change, and to what. */
function modelProblems(model: ModelSection): { path: keyof ModelSection; message: string }[] {
  const problems: { path: keyof ModelSection; message: string }[] = [];
  const refuse = (path: keyof ModelSection, message: string) => problems.push({ path, message });
  const { variant, mixer, positions, hiddenSize, heads, puzzleEmbeddingLength } = model;
  const headSize = Math.floor(hiddenSize / heads);
  if (mixer === 'attention' && hiddenSize % heads !== 0 && variant !== 'transformer') {
    refuse('heads', `a divisor of model.hiddenSize (${hiddenSize})`);
  } else if (mixer === 'attention' && headSize === 0) {
    refuse('heads', `at most model.hiddenSize (${hiddenSize})`);
  } else if (mixer === 'attention' && positions === 'rope' && headSize % 2 !== 0) {
    refuse('heads', `an even head size for RoPE (it is ${headSize} now)`);
  }
  if (mixer === 'mlp' && positions === 'rope') {
    refuse('positions', 'none or learned with the MLP mixer: RoPE acts inside attention only');
  }
  if (variant === 'trm-hier6' && model.lowCycles > 6) {
    refuse('lowCycles', 'at most 6 with trm-hier6: each cycle refines one of its six reasoning latents');
  }
  if (model.separateNetworks && variant !== 'trm') {
    refuse('separateNetworks', `false with ${variant}: only trm has the choice`);
  }
  const ownLength = variant !== 'hrm' && variant !== 'transformer' && puzzleEmbeddingLength > 0;
  if (model.puzzleEmbedding && ownLength && model.puzzleEmbeddingSize > puzzleEmbeddingLength * hiddenSize) {
    const room = puzzleEmbeddingLength * hiddenSize;
    refuse('puzzleEmbeddingSize', `at most puzzleEmbeddingLength × hiddenSize = ${room}`);
  }
  return problems;
}

export const experimentSchema = z
  .strictObject({
    name: z.string().min(1).max(120).meta({ description: 'Name shown for the runs of this experiment.' }),
    description: z.string().default('').meta({ description: 'What the experiment is for, in a sentence.' }),
    published: publishedSectionSchema
      .optional()
      .meta({ description: 'What the experiment reproduces and what was published of it.' }),
    seed: nonNegativeCount('Seed of the weights, the data order and the exploration.', '').default(0),
    dataset: datasetSectionSchema,
    initialization: initializationSectionSchema
      .optional()
      .meta({ description: 'What the weights begin as; fresh ones where it is left out.' }),
    model: modelSectionSchema.prefault({}),
    halting: haltingSectionSchema.prefault({}),
    training: trainingSectionSchema.prefault({}),
    evaluation: evaluationSectionSchema.prefault({}),
    export: exportSectionSchema.prefault({}),
  })
  .superRefine(({ model, training }, context) => {
    const issue = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    for (const { path, message } of modelProblems(model)) issue(['model', path], message);
    for (const { path, message } of trainingProblems(training, model)) issue(['training', ...path], message);
  });

export type Experiment = z.infer<typeof experimentSchema>;
export type ModelSection = z.infer<typeof modelSectionSchema>;
export type InitializationSection = z.infer<typeof initializationSectionSchema>;
export type HaltingSection = z.infer<typeof haltingSectionSchema>;
export type EvaluationSection = z.infer<typeof evaluationSectionSchema>;
