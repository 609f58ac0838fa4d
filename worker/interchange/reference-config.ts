// Reads the all_config.yaml that the reference writes beside its checkpoints: what it says of the model, of halting and
// of the training, as settings of ours. What we have no setting for is left out.

import { parse } from 'yaml';
import { z } from 'zod';
import type { ModelSection } from '../../common/config/experiment.ts';
import { UserError } from '../../common/errors.ts';
import type { GivenModel } from './architecture.ts';

export const REFERENCE_CONFIG_FILE = 'all_config.yaml';

export interface ReferenceConfig {
  model: GivenModel;
  /** Settings of the sections `halting`, `training` and the top, as they stand in our configs. */
  halting: Record<string, unknown>;
  training: Record<string, unknown>;
  seed: number | undefined;
}

const whole = z.number().int().min(0);

const archSchema = z.looseObject({
  name: z.string(),
  H_cycles: whole.optional(),
  L_cycles: whole.optional(),
  H_layers: whole.optional(),
  L_layers: whole.optional(),
  hidden_size: whole.optional(),
  num_heads: whole.optional(),
  expansion: z.number().optional(),
  pos_encodings: z.string().optional(),
  mlp_t: z.boolean().optional(),
  puzzle_emb_ndim: whole.optional(),
  puzzle_emb_len: whole.optional(),
  no_ACT_continue: z.boolean().optional(),
  halt_max_steps: whole.optional(),
  halt_exploration_prob: z.number().optional(),
});

const configSchema = z.looseObject({
  arch: archSchema,
  global_batch_size: whole.optional(),
  lr: z.number().optional(),
  lr_min_ratio: z.number().optional(),
  lr_warmup_steps: z.number().optional(),
  weight_decay: z.number().optional(),
  beta1: z.number().optional(),
  beta2: z.number().optional(),
  puzzle_emb_lr: z.number().optional(),
  puzzle_emb_weight_decay: z.number().optional(),
  ema: z.boolean().optional(),
  ema_rate: z.number().optional(),
  seed: whole.optional(),
});

/** The modules of the reference's and HRM's own repository that a model class may lie in, by the variant they make. */
const variantsByModule: readonly (readonly [RegExp, ModelSection['variant']])[] = [
  [/trm_singlez/, 'trm-singlez'],
  [/trm_hier6/, 'trm-hier6'],
  [/transformers?_baseline/, 'transformer'],
  [/hrm/, 'hrm'],
  [/trm/, 'trm'],
];

/** Reads the text of an all_config.yaml. @throws UserError that names the file and the setting */
export function parseReferenceConfig(text: string, where: string): ReferenceConfig {
  const parsed = configSchema.safeParse(parseYaml(text, where));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unreadable(where, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  const { arch, ...config } = parsed.data;
  const variant = variantsByModule.find(([pattern]) => pattern.test(arch.name.toLowerCase()))?.[1];
  if (variant === undefined) throw unreadable(where, `arch.name: ${arch.name}`);
  return {
    model: readModel(arch, variant, where),
    halting: withoutUndefined({
      maximumSteps: arch.halt_max_steps,
      explorationProbability: arch.halt_exploration_prob,
      continueLoss: arch.no_ACT_continue === undefined ? undefined : !arch.no_ACT_continue,
    }),
    training: withoutUndefined({
      batchSize: config.global_batch_size,
      learningRate: config.lr,
      minimumLearningRateRatio: config.lr_min_ratio,
      warmupSteps: config.lr_warmup_steps,
      weightDecay: config.weight_decay,
      beta1: config.beta1,
      beta2: config.beta2,
      ema: config.ema,
      emaRate: config.ema_rate,
      puzzleEmbeddingLearningRate: config.puzzle_emb_lr,
      puzzleEmbeddingWeightDecay: config.puzzle_emb_weight_decay,
    }),
    seed: config.seed,
  };
}

function readModel(
  arch: z.infer<typeof archSchema>,
  variant: ModelSection['variant'],
  where: string,
): GivenModel {
  const positions = z.enum(['none', 'rope', 'learned']).optional().safeParse(arch.pos_encodings);
  if (!positions.success) throw unreadable(where, `arch.pos_encodings: ${arch.pos_encodings}`);
  const mixer = arch.mlp_t === undefined ? undefined : arch.mlp_t ? 'mlp' : 'attention';
  const layers = variant === 'transformer' ? arch.H_layers : arch.L_layers;
  return withoutUndefined({
    variant,
    mixer,
    // With MLP mixing the reference makes a rotary embedding that nothing uses.
    positions: mixer === 'mlp' && positions.data === 'rope' ? 'none' : positions.data,
    hiddenSize: arch.hidden_size,
    heads: arch.num_heads,
    expansion: arch.expansion,
    layers,
    highLayers: variant === 'hrm' ? arch.H_layers : undefined,
    highCycles: arch.H_cycles,
    lowCycles: variant === 'transformer' ? undefined : arch.L_cycles,
    puzzleEmbedding: arch.puzzle_emb_ndim === undefined ? undefined : arch.puzzle_emb_ndim > 0,
    puzzleEmbeddingSize: arch.puzzle_emb_ndim === arch.hidden_size ? undefined : arch.puzzle_emb_ndim,
    puzzleEmbeddingLength: arch.puzzle_emb_len,
  });
}

function parseYaml(text: string, where: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw unreadable(where, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

function withoutUndefined<T extends object>(values: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [Key in keyof T]: Exclude<T[Key], undefined> };
}

function unreadable(where: string, found: string): UserError {
  return new UserError({
    what: 'The config beside the checkpoint is none that the reference writes',
    where,
    found,
    expected: 'an all_config.yaml with arch.name, arch.hidden_size and so on',
    remedy: 'move it away to go without it, or give a config of ours with --config',
  });
}
