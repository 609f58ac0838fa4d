// The learning rate over a run: linear warm-up, then half a cosine down to a share of the peak
// (reference pretrain.py, cosine_schedule_with_warmup_lr_lambda).

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
