// The recursion of one supervision step: which latent is refined when, from what, and which of the passes carry
// gradients. This is the paper's deep recursion: T times a latent recursion of n + 1 passes.

import * as tf from '@tensorflow/tfjs-core';
import type { ModelSection } from '../../common/config/experiment.ts';
import { labelled } from '../capture/labels.ts';
import { type Latents, REASONING_PARTS } from './latents.ts';
import type { Networks } from './network.ts';

/** One pass: `updates` becomes `network`(the sum of `from`, plus the sum of `injected` and the question). */
export interface Pass {
  network: keyof Networks;
  updates: string;
  from: readonly string[];
  injected: readonly string[];
  /** Whether the embedded puzzle (x in the paper) is injected too. */
  question: boolean;
}

/** z ← net(x, y, z) and y ← net(y, z), the two passes of a TRM and of an HRM. */
const reason: Pass = { network: 'low', updates: 'low', from: ['low'], injected: ['high'], question: true };
const answer: Pass = { network: 'high', updates: 'high', from: ['high'], injected: ['low'], question: false };

/** The same with one latent for both. */
const reasonAlone: Pass = {
  network: 'low',
  updates: 'latent',
  from: ['latent'],
  injected: [],
  question: true,
};
const answerAlone: Pass = { ...reasonAlone, question: false };

/** With six parts of the reasoning, each pass renews one of them from their sum. */
const reasonInParts = REASONING_PARTS.map(
  (part): Pass => ({ ...reason, updates: part, from: REASONING_PARTS }),
);
const answerFromParts: Pass = { ...answer, injected: REASONING_PARTS };

/** The direct transformer: one pass a supervision step, from the last answer and the question. */
const predict: Pass = { network: 'high', updates: 'high', from: ['high'], injected: [], question: true };

/** One latent recursion of each variant: n times the reasoning, then once the answer. */
const latentRecursions: Readonly<Record<ModelSection['variant'], (n: number) => Pass[]>> = {
  trm: (n) => [...repeat(n, reason), answer],
  'trm-singlez': (n) => [...repeat(n, reasonAlone), answerAlone],
  'trm-hier6': (n) => [...reasonInParts.slice(0, n), answerFromParts],
  hrm: (n) => [...repeat(n, reason), answer],
  transformer: () => [predict],
};

/** A pass and its place in the recursion, such as `cycle 2/low 3`. */
export type LabelledPass = Pass & { label: string };

/** The passes of one supervision step, in order: those without gradient, then those with it. */
export interface Schedule {
  withoutGradient: LabelledPass[];
  withGradient: LabelledPass[];
}

/** The settings that a schedule rests on. */
export type RecursionSettings = Pick<ModelSection, 'variant' | 'highCycles' | 'lowCycles' | 'gradient'>;

/** The deep recursion of a model: T latent recursions, the gradient through the last one or through its last passes. */
export function recursionSchedule({ variant, highCycles, lowCycles, gradient }: RecursionSettings): Schedule {
  const recursion = latentRecursions[variant](lowCycles); // n in the paper
  const recursions = variant === 'transformer' ? 1 : highCycles; // T in the paper
  const passes = repeat(recursions, recursion).flatMap(labelPasses);
  const oneStep = gradient === 'one-step' || (gradient === 'auto' && variant === 'hrm');
  const traced = oneStep ? Math.min(2, recursion.length) : recursion.length;
  return { withoutGradient: passes.slice(0, -traced), withGradient: passes.slice(-traced) };
}

/** The passes of latent recursion number `index`, each with its place; those of one latent are counted. */
function labelPasses(recursion: Pass[], index: number): LabelledPass[] {
  const ofLatent = (latent: string, passes: Pass[]) =>
    passes.filter(({ updates }) => updates === latent).length;
  return recursion.map((pass, place) => {
    const number = ofLatent(pass.updates, recursion.slice(0, place + 1));
    const counted = ofLatent(pass.updates, recursion) > 1 ? `${pass.updates} ${number}` : pass.updates;
    return { ...pass, label: `cycle ${index + 1}/${counted}` };
  });
}

/** Runs passes one after the other; `question` is the embedded puzzle, [tokens·batch, hidden]. */
export function runPasses(
  passes: readonly LabelledPass[],
  networks: Networks,
  start: Latents,
  question: tf.Tensor2D,
): Latents {
  const latents = { ...start };
  const sumOf = createSum();
  for (const pass of passes) {
    latents[pass.updates] = labelled(pass.label, () => {
      const state = named(latents, pass.from).reduce((sum, latent) => tf.add(sum, latent));
      const injection = sumOf([...named(latents, pass.injected), ...(pass.question ? [question] : [])]);
      const network = networks[pass.network];
      return network(injection === null ? state : tf.add(state, injection));
    });
  }
  return latents;
}

/** Sums tensors up, null for none. Consecutive passes are often given the same: then the sum is made once. */
function createSum(): (parts: tf.Tensor2D[]) => tf.Tensor2D | null {
  let last: { parts: tf.Tensor2D[]; sum: tf.Tensor2D } | undefined;
  return (parts) => {
    const [first, ...others] = parts;
    if (first === undefined) return null;
    if (last?.parts.length === parts.length && last.parts.every((part, index) => part === parts[index])) {
      return last.sum;
    }
    last = { parts, sum: others.reduce((sum, part) => tf.add(sum, part), first) };
    return last.sum;
  };
}

function named(latents: Latents, names: readonly string[]): tf.Tensor2D[] {
  return names.map((name) => latents[name] as tf.Tensor2D);
}

function repeat<Item>(times: number, item: Item): Item[] {
  return Array.from({ length: times }, () => item);
}
