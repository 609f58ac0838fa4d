// Opens the training of an experiment as a run does: settled for the device, recorded, with initial weights.

import { createExecutor } from '../worker/capture/executor.ts';
import { computeOnThisDevice } from '../worker/compute.ts';
import { randomInputs } from '../worker/estimate/measure.ts';
import { parameterShapes } from '../worker/model/parameters.ts';
import { initialState } from '../worker/train/state.ts';
import { trainingProgram } from '../worker/train/step.ts';
import type { Training } from './training-program.ts';

export interface OpenTraining {
  /** One optimizer step on made-up puzzles, all its parts. */
  trainStep(): Promise<void>;
}

/** Needs a running backend. `onPhase` hears when the graph is there, and when the state is. */
export async function openTraining(
  { experiment, sizes }: Pick<Training, 'experiment' | 'sizes'>,
  onPhase: (phase: 'graph' | 'state') => void = () => undefined,
): Promise<OpenTraining> {
  const { training, halting, seed } = experiment;
  const specification = { ...experiment.model, ...sizes };
  const program = trainingProgram({ specification, training, halting });
  const executor = createExecutor(program, training.executor, computeOnThisDevice(training));
  onPhase('graph');
  await executor.writeState(initialState(program, parameterShapes(specification), seed));
  onPhase('state');
  let step = 0;
  return {
    async trainStep() {
      step++;
      for (let part = 0; part < training.microBatches; part++) {
        await executor.run(randomInputs(experiment, specification, step, part), ['metrics']);
      }
    },
  };
}
