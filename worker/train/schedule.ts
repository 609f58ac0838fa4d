// What changes from step to step of a run: the learning rates (linear warm-up, then half a cosine down to a share of
// the peak; reference pretrain.py, cosine_schedule_with_warmup_lr_lambda), the corrections of the moments, the depth.

import type { ModelSection } from '../../common/config/experiment.ts';
import type { TrainingSection } from '../../common/config/training.ts';

export interface Schedule {
  peak: number;
  minimumRatio: number;
  warmupSteps: number;
  steps: number;
}

/** The learning rate of optimizer step `step`, counted from 1. */
export function learningRateAt(step: number, schedule: Schedule): number {
  const { peak, minimumRatio, warmupSteps, steps } = schedule;
  if (step < warmupSteps) return (peak * step) / Math.max(1, warmupSteps);
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  const cosine = 0.5 * (1 + Math.cos(Math.PI * progress));
  return peak * Math.max(0, minimumRatio + Math.max(0, (1 - minimumRatio) * cosine));
}

const ADAM_SCALARS = ['learningRate', 'puzzleLearningRate', 'firstCorrection', 'secondCorrection'] as const;
export type ScalarName = (typeof ADAM_SCALARS)[number] | 'muonLearningRate';

/** The order of the values in the `scalars` input of the training step. */
export function scalarNames({ optimizer }: Pick<TrainingSection, 'optimizer'>): readonly ScalarName[] {
  return optimizer === 'muon' ? [...ADAM_SCALARS, 'muonLearningRate'] : ADAM_SCALARS;
}

/** What the optimizer needs to know of step `step`, counted from 1. */
export function scalarsAt(step: number, training: TrainingSection): Record<ScalarName, number> {
  const rate = (peak: number) =>
    learningRateAt(step, {
      peak,
      minimumRatio: training.minimumLearningRateRatio,
      warmupSteps: training.warmupSteps,
      steps: training.steps,
    });
  return {
    learningRate: rate(training.learningRate),
    puzzleLearningRate: rate(training.puzzleEmbeddingLearningRate),
    muonLearningRate: rate(training.muonLearningRate),
    firstCorrection: 1 / (1 - training.beta1 ** step),
    secondCorrection: 1 / Math.sqrt(1 - training.beta2 ** step),
  };
}

export type Depth = Pick<ModelSection, 'highCycles' | 'lowCycles'>;

/**
 * How often the latents are refined at step `step`, counted from 1: a stage of the curriculum lasts up to and with the
 * step that ends its share; after the last stage the model has all its cycles.
 */
export function depthAt(step: number, training: TrainingSection, model: Depth): Depth {
  const stage = training.depthCurriculum.find(({ untilShare }) => step <= untilShare * training.steps);
  const { highCycles, lowCycles } = stage ?? model;
  return { highCycles, lowCycles };
}

/** The steps after `step` counted in steps of the depth that the next one has: deeper ones take longer. */
export function equivalentStepsLeft(step: number, training: TrainingSection, model: Depth): number {
  const stages = [...training.depthCurriculum, { untilShare: 1, ...model }];
  let [done, passes] = [step, 0];
  for (const stage of stages) {
    const end = Math.floor(stage.untilShare * training.steps);
    passes += Math.max(0, end - done) * passesPerStep(stage);
    done = Math.max(done, end);
  }
  return passes / passesPerStep(depthAt(step + 1, training, model));
}

/** Passes through the network in a supervision step; those with a gradient cost about three times as much. */
function passesPerStep({ highCycles, lowCycles }: Depth): number {
  return (highCycles + 2) * (lowCycles + 1);
}
