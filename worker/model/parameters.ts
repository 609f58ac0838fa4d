// The names, shapes and initial values of a model's tensors. Names and layouts ([out, in]) are those of the
// reference's state_dict, so that checkpoints travel between the two.

import { createRandom } from '../../common/random.ts';
import { initialLatentName, latentNames } from './latents.ts';
import {
  headSize,
  type ModelSpecification,
  networkLevels,
  puzzleEmbeddingSize,
  swigluWidth,
  tokenCount,
} from './specification.ts';

/** How a tensor starts: truncated normal of a standard deviation, or a constant. */
type Initialisation = { deviation: number } | { value: number };

export interface ParameterShape {
  shape: number[];
  initialisation: Initialisation;
  /**
   * `trained` by the optimizer and averaged by the EMA; `fixed` from the start (initial latents); `table`: the
   * puzzle embeddings, trained row by row with sign-SGD and kept out of the EMA.
   */
  role: 'trained' | 'fixed' | 'table';
}

export const PUZZLE_TABLE = 'model.inner.puzzle_emb.weights';

/** All tensors of a model by name, in the reference's order. */
export function parameterShapes(specification: ModelSpecification): Map<string, ParameterShape> {
  const { hiddenSize, vocabularySize, expansion, mixer, positions } = specification;
  const tokens = tokenCount(specification);
  const shapes = new Map<string, ParameterShape>();
  const add = (name: string, shape: number[], initialisation: Initialisation, role: ParameterShape['role']) =>
    shapes.set(`model.inner.${name}`, { shape, initialisation, role });
  const linear = (name: string, outputs: number, inputs: number) =>
    add(`${name}.weight`, [outputs, inputs], { deviation: 1 / Math.sqrt(inputs) }, 'trained');
  const swiglu = (name: string, width: number) => {
    linear(`${name}.gate_up_proj`, 2 * swigluWidth(width, expansion), width);
    linear(`${name}.down_proj`, width, swigluWidth(width, expansion));
  };

  for (const latent of latentNames(specification)) {
    add(initialLatentName(specification, latent), [hiddenSize], { deviation: 1 }, 'fixed');
  }
  const embeddingDeviation = { deviation: 1 / Math.sqrt(hiddenSize) };
  add('embed_tokens.embedding_weight', [vocabularySize, hiddenSize], embeddingDeviation, 'trained');
  linear('lm_head', vocabularySize, hiddenSize);
  add('q_head.weight', [2, hiddenSize], { value: 0 }, 'trained');
  add('q_head.bias', [2], { value: -5 }, 'trained');
  if (specification.puzzleEmbedding) {
    const tableShape = [specification.puzzleIdentifierCount, puzzleEmbeddingSize(specification)];
    add('puzzle_emb.weights', tableShape, { value: 0 }, 'table');
  }
  if (positions === 'learned') {
    add('embed_pos.embedding_weight', [tokens, hiddenSize], embeddingDeviation, 'trained');
  }
  const headWidth = specification.heads * headSize(specification);
  const block = (name: string) => {
    if (mixer === 'mlp') {
      swiglu(`${name}.mlp_t`, tokens);
    } else {
      linear(`${name}.self_attn.qkv_proj`, 3 * headWidth, hiddenSize);
      linear(`${name}.self_attn.o_proj`, hiddenSize, headWidth);
    }
    swiglu(`${name}.mlp`, hiddenSize);
  };
  for (const { name, layers } of networkLevels(specification)) {
    for (let layer = 0; layer < layers; layer++) block(`${name}.layers.${layer}`);
  }
  return shapes;
}

/** Fresh weights by name; the same seed gives the same weights whatever else the model holds. */
export function initialParameters(
  shapes: Map<string, ParameterShape>,
  seed: number,
): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  for (const [name, { shape, initialisation }] of shapes) {
    const array = new Float32Array(shape.reduce((product, size) => product * size, 1));
    if ('value' in initialisation) {
      // A new array is zero already, and a large one takes no memory until something is written to it.
      if (initialisation.value !== 0) array.fill(initialisation.value);
    } else fillTruncatedNormal(array, initialisation.deviation, seed, name);
    values.set(name, array);
  }
  return values;
}

/**
 * The standard deviation that a normal cut at ±2 must be widened by to have deviation 1, as in JAX and the
 * reference's models/common.py (trunc_normal_init_).
 */
const DEVIATION_COMPENSATION = 1.1368472343385565;

function fillTruncatedNormal(array: Float32Array, deviation: number, seed: number, name: string): void {
  const random = createRandom(seed, 'initial', name);
  for (let index = 0; index < array.length; index++) {
    let value = random.normal();
    while (Math.abs(value) > 2) value = random.normal();
    array[index] = value * deviation * DEVIATION_COMPENSATION;
  }
}

/** Trained parameters, as the field counts them: without the puzzle table and the initial latents. */
export function countParameters(shapes: Map<string, ParameterShape>): number {
  let total = 0;
  for (const { shape, role } of shapes.values()) {
    if (role === 'trained') total += shape.reduce((product, size) => product * size, 1);
  }
  return total;
}
