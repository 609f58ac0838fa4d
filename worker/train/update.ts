// The optimizer step over all parameters: what learns, by which rule, with which state.

import * as tf from '@tensorflow/tfjs-core';
import { labelled } from '../capture/labels.ts';
import { namedTensor as get, type NamedTensors, type TensorSpecification } from '../capture/program.ts';
import { parameterShapes } from '../model/parameters.ts';
import { muon } from './muon.ts';
import { adamAtan2, adamW, clipGlobalNorm, type StepScalars } from './optimizer.ts';
import type { TrainingSetup } from './setup.ts';
import { stateNames } from './state-names.ts';

type Rule = 'adam-atan2' | 'adamw' | 'muon';

/** A parameter that learns, and how. */
export interface Learned {
  shape: number[];
  rule: Rule;
}

type LearningSetup = Pick<TrainingSetup, 'specification' | 'training'>;

const TOKEN_EMBEDDING = 'model.inner.embed_tokens.embedding_weight';

/** The parameters that learn, by name; the puzzle table, which always does, apart. */
export function learnedParameters({ specification, training }: LearningSetup): Map<string, Learned> {
  const learned = new Map<string, Learned>();
  for (const [name, { shape, role }] of parameterShapes(specification)) {
    const frozen =
      training.trainOnly === 'puzzle-embeddings' ||
      (training.trainOnly === 'embeddings' && name !== TOKEN_EMBEDDING);
    if (role === 'trained' && !frozen) learned.set(name, { shape, rule: ruleOf(name, shape, training) });
  }
  return learned;
}

/** Muon is for the matrices of the blocks: embeddings, heads and whatever is no matrix learn by AdamW beside it. */
function ruleOf(name: string, shape: number[], { optimizer }: TrainingSetup['training']): Rule {
  if (optimizer !== 'muon') return optimizer;
  return shape.length === 2 && name.includes('.layers.') ? 'muon' : 'adamw';
}

/** What the rules keep between steps, and the averages. */
export function optimizerSpecifications(setup: LearningSetup): Record<string, TensorSpecification> {
  const specifications: Record<string, TensorSpecification> = {};
  const add = (name: string, shape: number[]) => {
    specifications[name] = { shape, type: 'float32' };
  };
  for (const [name, { shape, rule }] of learnedParameters(setup)) {
    if (rule === 'muon') {
      add(stateNames.momentum(name), shape);
    } else {
      add(stateNames.firstMoment(name), shape);
      add(stateNames.secondMoment(name), shape);
    }
  }
  if (!setup.training.ema) return specifications;
  for (const [name, { shape, role }] of parameterShapes(setup.specification)) {
    if (role === 'trained') add(stateNames.ema(name), shape);
  }
  return specifications;
}

/** What of the optimizer changes from step to step. */
export interface UpdateScalars extends StepScalars {
  /** Null without Muon. */
  muonLearningRate: tf.Tensor | null;
}

/** One optimizer step: the new state of every parameter that learns. */
export function updateParameters(
  setup: LearningSetup,
  state: NamedTensors,
  gradients: NamedTensors,
  scalars: UpdateScalars,
): NamedTensors {
  const { training } = setup;
  const clipped =
    training.gradientClipping > 0 ? clipGlobalNorm(gradients, training.gradientClipping) : gradients;
  const updated: NamedTensors = {};
  for (const [name, { rule }] of learnedParameters(setup)) {
    const next = labelled('optimizer', () =>
      applyRule(rule, name, setup, state, get(clipped, name), scalars),
    );
    Object.assign(updated, next);
    if (!training.ema) continue;
    const average = get(state, stateNames.ema(name));
    updated[stateNames.ema(name)] = labelled('EMA', () =>
      tf.add(tf.mul(average, training.emaRate), tf.mul(get(updated, name), 1 - training.emaRate)),
    );
  }
  return updated;
}

function applyRule(
  rule: Rule,
  name: string,
  { training }: LearningSetup,
  state: NamedTensors,
  gradient: tf.Tensor,
  scalars: UpdateScalars,
): NamedTensors {
  if (rule === 'muon') {
    const momentumName = stateNames.momentum(name);
    const settings = { momentum: training.muonMomentum, weightDecay: training.muonWeightDecay };
    const next = muon(
      get(state, name),
      gradient as tf.Tensor2D,
      get(state, momentumName),
      settings,
      scalars.muonLearningRate as tf.Tensor,
    );
    return { [name]: next.value, [momentumName]: next.momentum };
  }
  const [firstName, secondName] = [stateNames.firstMoment(name), stateNames.secondMoment(name)];
  const step = rule === 'adamw' ? adamW : adamAtan2;
  const moments = [get(state, firstName), get(state, secondName)] as const;
  const next = step(get(state, name), gradient, ...moments, training, scalars);
  return { [name]: next.value, [firstName]: next.firstMoment, [secondName]: next.secondMoment };
}
