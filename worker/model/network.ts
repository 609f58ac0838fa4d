// The one tiny network that every recursion step runs: a few post-norm blocks, each mixing tokens, then features.

import * as tf from '@tensorflow/tfjs-core';
import { type AttentionWeights, attention, type RotaryTable, rotaryTable } from './attention.ts';
import {
  rmsNorm,
  type SwigluWeights,
  swigluOverFeatures,
  swigluOverTokens,
  swigluWeights,
} from './layers.ts';
import { type ModelSpecification, tokenCount } from './specification.ts';

/** A model's tensors by their reference names. */
export type Parameters = Record<string, tf.Tensor>;

/** The network as a function of a latent and what is added to it, both [tokens·batch, hidden], tokens first. */
export type Network = (latent: tf.Tensor2D, injection: tf.Tensor2D) => tf.Tensor2D;

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

/** Prepares the network once, so that all its passes in a step share the cut weights and rotary tables. */
export function createNetwork(specification: ModelSpecification, parameters: Parameters): Network {
  const tokens = tokenCount(specification);
  const { hiddenSize, heads, positions, mixer, layers } = specification;
  const rotary =
    mixer === 'attention' && positions === 'rope' ? rotaryTable(tokens, hiddenSize / heads) : null;
  const blocks = Array.from({ length: layers }, (_, layer) => readBlock(specification, parameters, layer));
  return (latent, injection) => {
    let x: tf.Tensor2D = tf.add(latent, injection);
    for (const block of blocks) {
      x = mixTokens(x, block, specification, tokens, rotary);
      x = rmsNorm(tf.add(x, swigluOverFeatures(x, block.features)), 1);
    }
    return x;
  };
}

function mixTokens(
  x: tf.Tensor2D,
  block: Block,
  specification: ModelSpecification,
  tokens: number,
  rotary: RotaryTable | null,
): tf.Tensor2D {
  const { hiddenSize, heads } = specification;
  if (block.mixer.kind === 'attention') {
    return rmsNorm(tf.add(x, attention(x, block.mixer.weights, heads, tokens, rotary)), 1);
  }
  // [tokens·batch, hidden] and [tokens, batch·hidden] are the same memory.
  const columns = tf.reshape(x, [tokens, -1]) as tf.Tensor2D;
  const mixed = rmsNorm(tf.add(columns, swigluOverTokens(columns, block.mixer.weights)), 0);
  return tf.reshape(mixed, [-1, hiddenSize]);
}

function readBlock(specification: ModelSpecification, parameters: Parameters, layer: number): Block {
  const name = `L_level.layers.${layer}`;
  const matrix = (suffix: string) => parameter<tf.Tensor2D>(parameters, `${name}.${suffix}.weight`);
  const features = swigluWeights(matrix('mlp.gate_up_proj'), matrix('mlp.down_proj'));
  if (specification.mixer === 'attention') {
    const weights = { queryKeyValue: matrix('self_attn.qkv_proj'), output: matrix('self_attn.o_proj') };
    return { mixer: { kind: 'attention', weights }, features };
  }
  const weights = swigluWeights(matrix('mlp_t.gate_up_proj'), matrix('mlp_t.down_proj'));
  return { mixer: { kind: 'mlp', weights }, features };
}
