// The tiny network that every recursion step runs, or the two of an HRM: a few post-norm blocks, each mixing tokens,
// then features.

import * as tf from '@tensorflow/tfjs-core';
import { type RotaryTable, rotaryTable } from './attention.ts';
import { attentionLayer, type Layer, type LayerOptions, swigluLayer } from './blocks.ts';
import { headSize, type ModelSpecification, networkLevels, tokenCount } from './specification.ts';

/** A model's tensors by their reference names. */
export type Parameters = Record<string, tf.Tensor>;

/** A network as a function of [tokens·batch, hidden], tokens first. */
export type Network = (x: tf.Tensor2D) => tf.Tensor2D;

/** The networks that refine the reasoning and the answer: one and the same in most variants. */
export interface Networks {
  low: Network;
  high: Network;
}

interface Block {
  /** Of [tokens·batch, hidden]. */
  mixTokens: Layer;
  mixFeatures: Layer;
}

/** Looks a parameter up; a missing one is a defect of the caller, not of the input. */
export function parameter<Kind extends tf.Tensor>(parameters: Parameters, name: string): Kind {
  const tensor = parameters[`model.inner.${name}`];
  if (tensor === undefined) throw new Error(`no parameter model.inner.${name}`);
  return tensor as Kind;
}

/** Prepares the networks once, so that all passes of a step share the cut weights and rotary tables. */
export function createNetworks(
  specification: ModelSpecification,
  parameters: Parameters,
  options: LayerOptions = {},
): Networks {
  const { mixer, positions } = specification;
  const tokens = tokenCount(specification);
  const rotary =
    mixer === 'attention' && positions === 'rope' ? rotaryTable(tokens, headSize(specification)) : null;
  const networks: Partial<Networks> = {};
  for (const { name, layers, refines } of networkLevels(specification)) {
    const blocks = Array.from({ length: layers }, (_, layer) =>
      readBlock(specification, parameters, `${name}.layers.${layer}`, rotary, options),
    );
    const network: Network = (x) =>
      blocks.reduce((value, { mixTokens, mixFeatures }) => mixFeatures(mixTokens(value)), x);
    for (const latent of refines) networks[latent] = network;
  }
  return networks as Networks;
}

function readBlock(
  specification: ModelSpecification,
  parameters: Parameters,
  name: string,
  rotary: RotaryTable | null,
  options: LayerOptions,
): Block {
  const { mixer, heads, gatedUnit, hiddenSize } = specification;
  const tokens = tokenCount(specification);
  const matrix = (suffix: string) => parameter<tf.Tensor2D>(parameters, `${name}.${suffix}.weight`);
  const swiglu = (part: string, axis: 0 | 1) =>
    swigluLayer(
      { gateUp: matrix(`${part}.gate_up_proj`), down: matrix(`${part}.down_proj`) },
      gatedUnit,
      axis,
      options,
    );
  const mixFeatures = swiglu('mlp', 1);
  if (mixer === 'attention') {
    const weights = { queryKeyValue: matrix('self_attn.qkv_proj'), output: matrix('self_attn.o_proj') };
    return { mixTokens: attentionLayer(weights, heads, tokens, rotary, options), mixFeatures };
  }
  const overTokens = swiglu('mlp_t', 0);
  // [tokens·batch, hidden] and [tokens, batch·hidden] are the same memory.
  const mixTokens: Layer = (x) =>
    tf.reshape(overTokens(tf.reshape(x, [tokens, -1]) as tf.Tensor2D), [-1, hiddenSize]);
  return { mixTokens, mixFeatures };
}
