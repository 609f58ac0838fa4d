// Works out a model from the names and shapes of its tensors. What they do not tell (heads, cycles, some positions)
// is taken from settings that are given, else from the reference's defaults, and each such guess is put into words.

import { type ModelSection, modelSectionSchema } from '../../common/config/experiment.ts';
import { UserError } from '../../common/errors.ts';
import { swigluWidth } from '../model/specification.ts';

/** Settings that somebody gave; they are believed, and the tensors are checked against them later. */
export type GivenModel = Partial<ModelSection>;

export interface DerivedModel {
  model: ModelSection;
  /** What was taken for granted, a sentence each. */
  assumptions: string[];
}

export type TensorShapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;
type Variant = ModelSection['variant'];

/** The defaults of the reference's config/arch files, where they differ between variants or from ours. */
const referenceDefaults: Readonly<Record<Variant, { heads: number; highCycles: number; lowCycles: number }>> =
  {
    trm: { heads: 8, highCycles: 3, lowCycles: 6 },
    'trm-singlez': { heads: 8, highCycles: 3, lowCycles: 6 },
    'trm-hier6': { heads: 8, highCycles: 3, lowCycles: 6 },
    hrm: { heads: 8, highCycles: 2, lowCycles: 2 },
    transformer: { heads: 12, highCycles: 1, lowCycles: 1 },
  };
const defaultPuzzleTokens = 16;
const defaultExpansion = 4;

/** What a model is worked out from. */
interface Evidence {
  /** A size of a tensor, by its name without `model.inner.`; undefined where there is no such tensor. */
  size(name: string, axis: number): number | undefined;
  has(name: string): boolean;
  layers(level: string): number;
  given: GivenModel;
  /** Notes that a default was taken. */
  assume(setting: string, value: string | number): void;
  where: string;
}

/**
 * The model that tensors of these shapes make, by our names, with puzzles of `sequenceLength` cells. Whether every
 * tensor fits it is for `checkTensors` to say. `where` names the file in messages.
 */
export function deriveModel(
  shapes: TensorShapes,
  given: GivenModel,
  sequenceLength: number,
  where: string,
): DerivedModel {
  const assumptions: string[] = [];
  const evidence: Evidence = {
    size: (name, axis) => shapes.get(`model.inner.${name}`)?.shape[axis],
    has: (name) => shapes.has(`model.inner.${name}`),
    layers: (level) => layersOf(shapes, level),
    given,
    assume: (setting, value) =>
      assumptions.push(`${setting} is taken to be ${value}, as in the reference: the tensors do not tell`),
    where,
  };
  const { size, has } = evidence;
  const variant = given.variant ?? variantOf(evidence);
  const hiddenSize = given.hiddenSize ?? size('embed_tokens.embedding_weight', 1) ?? 0;
  const mixer =
    given.mixer ?? (has(`${mainLevel(evidence)}.layers.0.mlp_t.gate_up_proj.weight`) ? 'mlp' : 'attention');
  const puzzleEmbedding = given.puzzleEmbedding ?? has('puzzle_emb.weights');
  const tableWidth = size('puzzle_emb.weights', 1) ?? hiddenSize;
  const derived: GivenModel = {
    variant,
    mixer,
    hiddenSize,
    layers: evidence.layers(has('L_level.layers.0.mlp.gate_up_proj.weight') ? 'L_level' : 'H_level'),
    highLayers: evidence.layers('H_level'),
    positions: positionsOf(evidence, mixer),
    ...cyclesOf(evidence, variant),
    heads: headsOf(evidence, variant, mixer, hiddenSize),
    expansion: expansionOf(evidence),
    puzzleEmbedding,
    puzzleEmbeddingSize: tableWidth === hiddenSize ? 0 : tableWidth,
    puzzleEmbeddingLength: puzzleTokensOf(evidence, { variant, mixer, hiddenSize, sequenceLength }),
  };
  const parsed = modelSectionSchema.safeParse({ ...derived, ...given });
  if (parsed.success) return { model: parsed.data, assumptions };
  throw new UserError({
    what: 'The tensors make no model of this family',
    where,
    found: parsed.error.issues.map(({ path, message }) => `model.${path.join('.')}: ${message}`).join('; '),
    expected: 'the tensors of a TRM, an HRM or the transformer baseline of the reference',
  });
}

/** Told by the initial latents and the networks. Two networks are an HRM's, unless somebody says otherwise. */
function variantOf({ has, given }: Evidence): Variant {
  if (has('L1_init')) return 'trm-hier6';
  if (!has('L_init')) return 'transformer';
  if (!has('H_init')) return 'trm-singlez';
  return has('H_level.layers.0.mlp.gate_up_proj.weight') && !given.separateNetworks ? 'hrm' : 'trm';
}

function mainLevel({ has }: Evidence): 'L_level' | 'H_level' {
  return has('L_level.layers.0.mlp.gate_up_proj.weight') ? 'L_level' : 'H_level';
}

/** Blocks of a network, counted from 0 until one is missing. */
function layersOf(shapes: TensorShapes, level: string): number {
  let layers = 0;
  while (shapes.has(`model.inner.${level}.layers.${layers}.mlp.gate_up_proj.weight`)) layers++;
  return layers;
}

function positionsOf(
  { has, given, assume }: Evidence,
  mixer: ModelSection['mixer'],
): ModelSection['positions'] {
  if (given.positions !== undefined) return given.positions;
  if (has('embed_pos.embedding_weight')) return 'learned';
  if (mixer === 'mlp') return 'none';
  assume('model.positions', 'rope');
  return 'rope';
}

function cyclesOf({ given, assume }: Evidence, variant: Variant): GivenModel {
  const { highCycles, lowCycles } = referenceDefaults[variant];
  if (variant !== 'transformer' && given.highCycles === undefined) assume('model.highCycles', highCycles);
  if (variant !== 'transformer' && given.lowCycles === undefined) assume('model.lowCycles', lowCycles);
  return { highCycles, lowCycles };
}

function headsOf(
  evidence: Evidence,
  variant: Variant,
  mixer: ModelSection['mixer'],
  hiddenSize: number,
): number {
  const { given, size, assume, where } = evidence;
  const { heads } = referenceDefaults[variant];
  if (given.heads !== undefined || mixer === 'mlp') return given.heads ?? heads;
  const width = (size(`${mainLevel(evidence)}.layers.0.self_attn.qkv_proj.weight`, 0) ?? 0) / 3;
  const fitting = (count: number) => count * Math.floor(hiddenSize / count) === width;
  if (fitting(heads)) {
    assume('model.heads', heads);
    return heads;
  }
  const possible = Array.from({ length: Math.min(hiddenSize, 256) }, (_, index) => index + 1).filter(fitting);
  throw new UserError({
    what: 'The number of attention heads cannot be told from the tensors',
    where,
    found: `attention of ${width} features in a model of ${hiddenSize}`,
    expected: possible.length === 0 ? 'a multiple of the head size' : `one of ${possible.join(', ')} heads`,
    remedy: 'say it: model.heads=N, or give the config of the training with --config',
  });
}

/** Any factor that gives the same widths gives the same model: the reference's usual one where it does. */
function expansionOf({ given, size }: Evidence): number {
  if (given.expansion !== undefined) return given.expansion;
  const widths = ['L_level', 'H_level'].flatMap((level) =>
    ['mlp', 'mlp_t'].flatMap((part) => {
      const outputs = size(`${level}.layers.0.${part}.gate_up_proj.weight`, 0);
      const inputs = size(`${level}.layers.0.${part}.gate_up_proj.weight`, 1);
      return outputs === undefined || inputs === undefined ? [] : [{ inner: outputs / 2, inputs }];
    }),
  );
  const widest = Math.min(...widths.map(({ inner, inputs }) => (inner * 1.5) / Math.max(1, inputs)));
  const fits = (expansion: number) =>
    widths.every(({ inner, inputs }) => swigluWidth(inputs, expansion) === inner);
  const candidates = [defaultExpansion, ...Array.from({ length: 64 }, (_, index) => index + 1)];
  return candidates.find(fits) ?? (Number.isFinite(widest) ? widest : defaultExpansion);
}

function puzzleTokensOf(
  { given, size, has, assume, where }: Evidence,
  model: Pick<ModelSection, 'variant' | 'mixer' | 'hiddenSize'> & { sequenceLength: number },
): number {
  const { variant, mixer, hiddenSize, sequenceLength } = model;
  if (given.puzzleEmbeddingLength !== undefined) return given.puzzleEmbeddingLength;
  // The reference has no such setting for these two.
  if (!has('puzzle_emb.weights') || variant === 'hrm' || variant === 'transformer')
    return defaultPuzzleTokens;
  const tokens =
    mixer === 'mlp'
      ? size('L_level.layers.0.mlp_t.gate_up_proj.weight', 1)
      : size('embed_pos.embedding_weight', 0);
  if (tokens === undefined) {
    const fewest = Math.ceil((size('puzzle_emb.weights', 1) ?? 0) / Math.max(1, hiddenSize));
    const length = Math.max(defaultPuzzleTokens, fewest);
    assume('model.puzzleEmbeddingLength', length);
    return length;
  }
  if (tokens > sequenceLength) return tokens - sequenceLength;
  throw new UserError({
    what: 'The checkpoint was made for puzzles of another size',
    where,
    found: `${tokens} tokens in all, of which some hold the puzzle embedding`,
    expected: `more than the ${sequenceLength} cells of the dataset's puzzles`,
    remedy: 'name the dataset of the training with --dataset',
  });
}
