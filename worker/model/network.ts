// The tiny network that every recursion step runs, or the two of an HRM: a few post-norm blocks, each mixing tokens,
// then features.

import * as tf from '@tensorflow/tfjs-core';
import { type AttentionWeights, attention, type RotaryTable, rotaryTable } from './attention.ts';
import {
  rmsNorm,
  type SwigluWeights,
  swigluOverFeatures,
  swigluOverTokens,
  swigluWeights,
} from './layers.ts';
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
  mixer: { kind: 'mlp'; weights: SwigluWeights } | { kind: 'attention'; weights: AttentionWeights };
  features: SwigluWeights;
}

/** Looks a parameter up; a missing one is a defect of the caller, not of the input. */
export function parameter<Kind extends tf.Tensor>(parameters: Parameters, name: string): Kind {
  const tensor = parameters[`model.inner.${name}`];
  if (tensor === undefined) throw new Error(`no parameter model.inner.${name}`);
  return tensor as Kind;
}

/** Prepares the networks once, so that all passes of a step share the cut weights and rotary tables. */
export function createNetworks(specification: ModelSpecification, parameters: Parameters): Networks {
  const { mixer, positions } = specification;
  const tokens = tokenCount(specification);
  const rotary =
    mixer === 'attention' && positions === 'rope' ? rotaryTable(tokens, headSize(specification)) : null;
  const networks: Partial<Networks> = {};
  for (const { name, layers, refines } of networkLevels(specification)) {
    const blocks = Array.from({ length: layers }, (_, layer) =>
      readBlock(specification, parameters, `${name}.layers.${layer}`),
    );
    const network: Network = (x) =>
      blocks.reduce((value, block) => runBlock(value, block, specification, tokens, rotary), x);
    for (const latent of refines) networks[latent] = network;
  }
  return networks as Networks;
}

function runBlock(
  x: tf.Tensor2D,
  block: Block,
  specification: ModelSpecification,
  tokens: number,
  rotary: RotaryTable | null,
): tf.Tensor2D {
  const mixed = mixTokens(x, block, specification, tokens, rotary);
  return rmsNorm(tf.add(mixed, swigluOverFeatures(mixed, block.features, specification.gatedUnit)), 1);
}

function mixTokens(
  x: tf.Tensor2D,
  block: Block,
  specification: ModelSpecification,
  tokens: number,
  rotary: RotaryTable | null,
): tf.Tensor2D {
  const { hiddenSize, heads, gatedUnit } = specification;
  if (block.mixer.kind === 'attention') {
    return rmsNorm(tf.add(x, attention(x, block.mixer.weights, heads, tokens, rotary)), 1);
  }
  // [tokens·batch, hidden] and [tokens, batch·hidden] are the same memory.
  const columns = tf.reshape(x, [tokens, -1]) as tf.Tensor2D;
  const mixed = rmsNorm(tf.add(columns, swigluOverTokens(columns, block.mixer.weights, gatedUnit)), 0);
  return tf.reshape(mixed, [-1, hiddenSize]);
}

function readBlock(specification: ModelSpecification, parameters: Parameters, name: string): Block {
  const matrix = (suffix: string) => parameter<tf.Tensor2D>(parameters, `${name}.${suffix}.weight`);
  const features = swigluWeights(matrix('mlp.gate_up_proj'), matrix('mlp.down_proj'));
  if (specification.mixer === 'attention') {
    const weights = { queryKeyValue: matrix('self_attn.qkv_proj'), output: matrix('self_attn.o_proj') };
    return { mixer: { kind: 'attention', weights }, features };
  }
  const weights = swigluWeights(matrix('mlp_t.gate_up_proj'), matrix('mlp_t.down_proj'));
  return { mixer: { kind: 'mlp', weights }, features };
}
