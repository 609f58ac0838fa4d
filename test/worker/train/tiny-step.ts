// A training step small enough to run many times with different settings, on made-up puzzles.

import { experimentSchema } from '../../../common/config/experiment.ts';
import { IGNORED_LABEL } from '../../../common/labels.ts';
import { createRandom } from '../../../common/random.ts';
import { plainCompute } from '../../../worker/capture/compute.ts';
import { createExecutor } from '../../../worker/capture/executor.ts';
import type { NamedArrays } from '../../../worker/capture/program.ts';
import { parameterShapes } from '../../../worker/model/parameters.ts';
import { METRICS } from '../../../worker/train/metrics.ts';
import { scalarNames, scalarsAt } from '../../../worker/train/schedule.ts';
import type { TrainingSetup } from '../../../worker/train/setup.ts';
import { initialState } from '../../../worker/train/state.ts';
import { trainingProgram } from '../../../worker/train/step.ts';

export type Kind = 'eager' | 'captured';
type Settings = Record<string, unknown>;

const [VOCABULARY, CELLS, PUZZLES] = [4, 3, 5];

/** A setup with changes to its sections; batches are of 6 puzzles. */
export function tinySetup(
  training: Settings = {},
  halting: Settings = {},
  model: Settings = {},
): TrainingSetup {
  const sections = experimentSchema.parse({
    name: 'tiny',
    dataset: { name: 'tiny' },
    model: {
      hiddenSize: 8,
      layers: 1,
      heads: 2,
      expansion: 1,
      highCycles: 2,
      lowCycles: 2,
      puzzleEmbeddingLength: 1,
      ...model,
    },
    halting: { maximumSteps: 3, explorationProbability: 0, ...halting },
    training: { steps: 20, batchSize: 6, learningRate: 1e-2, warmupSteps: 0, emaRate: 0.5, ...training },
  });
  return {
    specification: {
      ...sections.model,
      vocabularySize: VOCABULARY,
      sequenceLength: CELLS,
      puzzleIdentifierCount: PUZZLES,
    },
    training: sections.training,
    halting: sections.halting,
  };
}

/** Puzzles whose answer is the next token for each; identifiers come more than once, and one label does not count. */
export function tinyBatch(step: number, batchSize: number): NamedArrays {
  const random = createRandom(9, 'batch', step);
  const draw = (count: number, below: number) =>
    Int32Array.from({ length: count }, () => random.integer(below));
  const inputs = draw(batchSize * CELLS, VOCABULARY);
  const labels = inputs.map((token) => (token + 1) % VOCABULARY);
  labels[1] = IGNORED_LABEL;
  return {
    inputs,
    labels,
    puzzle_identifiers: draw(batchSize, PUZZLES),
  };
}

export interface TinyRun {
  /** By step, then by metric. */
  metrics: Record<(typeof METRICS)[number], number>[];
  /** After the last step. */
  state: NamedArrays;
}

/** The state that a setup begins with, with smaller weights than usual: rounding errors then do not grow step by step. */
export function tinyStart(setup: TrainingSetup): NamedArrays {
  const state = initialState(trainingProgram(setup), parameterShapes(setup.specification), 3);
  const damped = Object.entries(state).map(([name, values]) => [
    name,
    name.includes('down_proj') ? values.map((value) => value * 0.3) : values,
  ]);
  return Object.fromEntries(damped);
}

/** Trains from `start` on with `count` batches, the first of which is that of step `first`. */
export async function tinyTrain(
  setup: TrainingSetup,
  kind: Kind,
  count: number,
  { start = tinyStart(setup), first = 1, compute = plainCompute } = {},
): Promise<TinyRun> {
  const { batchSize, microBatches } = setup.training;
  const executor = createExecutor(trainingProgram(setup), kind, compute);
  await executor.writeState(start);
  const metrics: TinyRun['metrics'] = [];
  for (let step = first; step < first + count; step++) {
    const batch = tinyBatch(step, batchSize);
    const values = scalarsAt(step, setup.training);
    const scalars = Float32Array.from(scalarNames(setup.training), (name) => values[name]);
    const sums = new Float64Array(METRICS.length);
    for (let part = 0; part < microBatches; part++) {
      const share = (array: NamedArrays[string]) => {
        const size = array.length / microBatches;
        return array.slice(part * size, (part + 1) * size);
      };
      const inputs = Object.fromEntries(Object.entries(batch).map(([name, array]) => [name, share(array)]));
      const outputs = await executor.run(
        {
          ...inputs,
          minimum_steps: new Int32Array(batchSize / microBatches),
          scalars,
          ...(microBatches > 1 && { part: Int32Array.of(part) }),
        },
        ['metrics'],
      );
      (outputs.metrics as Float32Array).forEach((value, index) => {
        sums[index] = (sums[index] as number) + value;
      });
    }
    metrics.push(
      Object.fromEntries(METRICS.map((name, index) => [name, sums[index]])) as TinyRun['metrics'][number],
    );
  }
  const state = await executor.readState();
  executor.dispose();
  return { metrics, state };
}

/** The names of the state whose values differ between two states of the same names. */
export function changedNames(before: NamedArrays, after: NamedArrays): string[] {
  return Object.keys(before).filter(
    (name) => !before[name]?.every((value, index) => value === after[name]?.[index]),
  );
}
