// The latents of each variant: their names, what they begin as, and how they are carried from one supervision step to
// the next.

import * as tf from '@tensorflow/tfjs-core';
import type { ModelSection } from '../../common/config/experiment.ts';
import { type NamedTensors, namedTensor, type TensorSpecification } from '../capture/program.ts';
import { type ModelSpecification, tokenCount } from './specification.ts';

/** A model's latents by name, each [tokens·batch, hidden], tokens first. */
export type Latents = Record<string, tf.Tensor2D>;

/** The parts that the reasoning latent falls into in trm-hier6. */
export const REASONING_PARTS = ['low1', 'low2', 'low3', 'low4', 'low5', 'low6'] as const;

/**
 * By variant, each latent with the tensor that holds its initial value. The first is the answer (y in the paper, z_H
 * in the code), which the heads read; the others are the reasoning (z in the paper, z_L in the code).
 */
const initialNames: Readonly<Record<ModelSection['variant'], Readonly<Record<string, string>>>> = {
  trm: { high: 'H_init', low: 'L_init' },
  'trm-singlez': { latent: 'L_init' },
  'trm-hier6': {
    high: 'H_init',
    low1: 'L1_init',
    low2: 'L2_init',
    low3: 'L3_init',
    low4: 'L4_init',
    low5: 'L5_init',
    low6: 'L6_init',
  },
  hrm: { high: 'H_init', low: 'L_init' },
  transformer: { high: 'H_init' },
};

type Variant = Pick<ModelSection, 'variant'>;

/** The names of a model's latents, the answer first. */
export function latentNames({ variant }: Variant): string[] {
  return Object.keys(initialNames[variant]);
}

/** The name of the latent that the heads read. */
export function answerLatent(model: Variant): string {
  return latentNames(model)[0] as string;
}

/** The tensor that holds the initial value of a latent, by its reference name without `model.inner.` */
export function initialLatentName({ variant }: Variant, latent: string): string {
  return initialNames[variant][latent] as string;
}

/** Where a program's state keeps a latent between supervision steps. */
export function carryName(latent: string): string {
  return `carry/${latent}`;
}

/** The latents as state of a program, each [tokens, batch, hidden]. */
export function latentSpecifications(
  specification: ModelSpecification,
  batchSize: number,
): Record<string, TensorSpecification> {
  const shape = [tokenCount(specification), batchSize, specification.hiddenSize];
  return Object.fromEntries(
    latentNames(specification).map((name) => [carryName(name), { shape, type: 'float32' as const }]),
  );
}

/** Takes the latents out of a program's state. */
export function carriedLatents(specification: ModelSpecification, state: NamedTensors): Latents {
  const { hiddenSize } = specification;
  return Object.fromEntries(
    latentNames(specification).map((name) => [
      name,
      tf.reshape<tf.Rank.R2>(namedTensor(state, carryName(name)), [-1, hiddenSize]),
    ]),
  );
}

/** The latents as new values of a program's state. */
export function carryOf(specification: ModelSpecification, latents: Latents): NamedTensors {
  const shape = [tokenCount(specification), -1, specification.hiddenSize];
  return Object.fromEntries(
    Object.entries(latents).map(([name, latent]) => [carryName(name), tf.reshape(latent, shape)]),
  );
}
