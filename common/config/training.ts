// How a model is trained: optimizer, losses and what recipes change of them. Published recipes are named where a
// setting comes from one: TRM (arXiv 2510.04871), sic (2601.19085), CGAR (2511.08653).

import { z } from 'zod';
import { deviceSchema } from './device.ts';
import { count, flag, nonNegative, nonNegativeCount, share } from './fields.ts';

const decay = (description: string) => z.number().min(0).lt(1).meta({ description, unit: 'factor' });

/** A stretch of training with fewer cycles than the model has. */
export const depthStageSchema = z.strictObject({
  untilShare: z
    .number()
    .gt(0)
    .lt(1)
    .meta({ description: 'Share of training at which the stage ends.', unit: 'share, above 0, below 1' }),
  highCycles: count('Times the answer latent is refined in a supervision step (T in the paper).', 'cycles'),
  lowCycles: count('Times the reasoning latent is refined in each of those (n in the paper).', 'cycles'),
});

export const trainingSectionSchema = z.strictObject({
  steps: count('Optimizer steps; one supervision step each.', 'steps').default(60_000),
  batchSize: count('Puzzles in a batch.', 'puzzles').default(768),
  microBatches: count(
    'Equal parts of the batch that are worked on one after the other before the one optimizer step: the memory of ' +
      'a part, the result of the whole (gradient accumulation).',
    'parts',
  ).default(1),
  answerLoss: z
    .enum(['stablemax', 'softmax'])
    .default('stablemax')
    .meta({
      description:
        'Cross entropy of the answer, in training and evaluation. stablemax: TRM and HRM (Prieto et al. 2025, ' +
        'arXiv 2501.04697); softmax: the common one, used by sic.',
    }),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .meta({
      description:
        'Share of each label that is spread evenly over all tokens in training; evaluation measures without it. ' +
        'sic uses 0.2.',
      unit: 'share, below 1',
    }),
  optimizer: z
    .enum(['adam-atan2', 'adamw', 'muon'])
    .default('adam-atan2')
    .meta({
      description:
        'adam-atan2: TRM and HRM; adamw: as in PyTorch; muon: matrices by Muon (Jordan 2024), embeddings, heads, ' +
        'biases and positions by AdamW. Puzzle embeddings always learn by sign-SGD.',
    }),
  learningRate: nonNegative(
    'Peak learning rate, of the AdamW part where there is Muon.',
    'per step',
    1,
  ).default(1e-4),
  minimumLearningRateRatio: share('Learning rate at the end of the cosine, relative to the peak.').default(1),
  warmupSteps: nonNegativeCount('Steps over which the learning rate rises from 0.', 'steps').default(2000),
  weightDecay: nonNegative(
    'Decoupled weight decay, of the AdamW part where there is Muon.',
    'per learning rate',
    100,
  ).default(1),
  beta1: decay('Decay of the first moment.').default(0.9),
  beta2: decay('Decay of the second moment.').default(0.95),
  adamEpsilon: nonNegative('Added to the root of the second moment by AdamW.', '', 1).default(1e-8),
  muonLearningRate: nonNegative(
    'Peak learning rate of the matrices that Muon trains; sic uses 0.02.',
    'per step',
    1,
  ).default(0.02),
  muonWeightDecay: nonNegative(
    'Decoupled weight decay of the matrices that Muon trains; sic uses 0.005.',
    'per learning rate',
    100,
  ).default(0.005),
  muonMomentum: decay('Nesterov momentum of Muon.').default(0.95),
  gradientClipping: nonNegative(
    'Largest norm of all gradients together, puzzle embeddings apart; larger ones are scaled down. 0 turns it off. ' +
      'sic uses 1.',
    'norm',
  ).default(0),
  trainOnly: z
    .enum(['all', 'embeddings', 'puzzle-embeddings'])
    .default('all')
    .meta({
      description:
        'What learns. puzzle-embeddings: only their table (freeze_weights in the reference); embeddings: that and ' +
        'the token embedding; the rest stays as it is.',
    }),
  ema: flag('Evaluate and export the moving average of the weights.').default(true),
  emaRate: decay('Share of the old average kept at each step.').default(0.999),
  puzzleEmbeddingLearningRate: nonNegative('Learning rate of the puzzle embeddings.', 'per step', 1).default(
    1e-4,
  ),
  puzzleEmbeddingWeightDecay: nonNegative(
    'Weight decay of the puzzle embeddings.',
    'per learning rate',
    100,
  ).default(1),
  depthCurriculum: z
    .array(depthStageSchema)
    .max(20)
    .default([])
    .meta({
      description:
        'Stages with fewer cycles at the start of training, each up to its untilShare; after the last the model has ' +
        'all its cycles, as it always has in evaluation. CGAR: (1, 2) up to 0.3, (2, 4) up to 0.6.',
    }),
  candidates: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .meta({
      description:
        'Reasoning latents that start apart for each puzzle; only the one whose answer is best gets the gradient ' +
        '(winner-take-all). Evaluation and use take the first alone. sic uses 4.',
      unit: 'latents',
    }),
  checkpointEverySteps: count('Steps between saved checkpoints.', 'steps').default(1000),
  keepCheckpoints: count('Newest checkpoints kept beside the best one.', 'checkpoints').default(2),
  device: deviceSchema.default('auto'),
  executor: z
    .enum(['auto', 'captured', 'eager'])
    .default('auto')
    .meta({
      description:
        'captured runs the step as one TensorFlow graph; eager runs it operation by operation, slower, anywhere; ' +
        'auto takes captured where TensorFlow is present.',
    }),
  precision: z
    .enum(['auto', 'float32', 'bfloat16'])
    .default('auto')
    .meta({
      description:
        'What captured training and evaluation compute in. bfloat16: matrix products and the work between them, with ' +
        'weights, losses, statistics, optimizer and averages in float32; auto: bfloat16 where the device multiplies it ' +
        'by itself (NVIDIA GPUs from compute capability 8.0 on, CPUs with avx512_bf16 or amx_bf16), else float32.',
    }),
  xla: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .meta({
      description:
        'Whether XLA compiles the captured training step, which takes time at its beginning; where it cannot, the run ' +
        'says why and goes on without it. auto: on a GPU.',
    }),
  recompute: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .meta({
      description:
        'Whether gradients compute the inside of each layer again, instead of keeping it from the forward pass: much ' +
        'less memory, somewhat more work, the same result. auto: where the training would not fit the memory otherwise.',
    }),
});

export type TrainingSection = z.infer<typeof trainingSectionSchema>;
export type DepthStage = z.infer<typeof depthStageSchema>;

interface Problem {
  path: (string | number)[];
  message: string;
}

/** What training settings must fit of the model's. */
interface ModelFacts {
  variant: string;
  puzzleEmbedding: boolean;
}

/** Combinations of training settings that cannot be: the setting to change, and to what. */
export function trainingProblems(training: TrainingSection, model: ModelFacts): Problem[] {
  const { warmupSteps, steps, batchSize, microBatches, candidates, trainOnly } = training;
  const problems: Problem[] = [];
  const refuse = (path: string, message: string) => problems.push({ path: [path], message });
  if (warmupSteps > steps) refuse('warmupSteps', `at most training.steps (${steps})`);
  if (batchSize % microBatches !== 0) {
    refuse('microBatches', `a divisor of training.batchSize (${batchSize})`);
  }
  if (candidates > 1 && model.variant !== 'trm') {
    refuse('candidates', `1 with ${model.variant}: only trm can have several reasoning latents at a time`);
  }
  if (trainOnly === 'puzzle-embeddings' && !model.puzzleEmbedding) {
    refuse('trainOnly', 'all or embeddings where model.puzzleEmbedding is false: nothing else would learn');
  }
  return [...problems, ...curriculumProblems(training.depthCurriculum, model)];
}

function curriculumProblems(stages: DepthStage[], { variant }: ModelFacts): Problem[] {
  return stages.flatMap(({ untilShare, lowCycles }, index) => {
    const before = stages[index - 1]?.untilShare ?? 0;
    const problems: Problem[] = [];
    const refuse = (key: string, message: string) =>
      problems.push({ path: ['depthCurriculum', index, key], message });
    if (untilShare <= before) refuse('untilShare', `above that of the stage before (${before})`);
    if (variant === 'trm-hier6' && lowCycles > 6) refuse('lowCycles', 'at most 6 with trm-hier6');
    return problems;
  });
}
