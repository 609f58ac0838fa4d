// Where the state of the training step comes from and goes to: fresh weights, or the files of a checkpoint.

import { type NamedArrays, type Program, sizeOf, type TensorSpecification } from '../capture/program.ts';
import { EMA_FILE, MODEL_FILE, TRAINING_FILE } from '../checkpoint/format.ts';
import type { Checkpoint } from '../checkpoint/load.ts';
import type { StoredTensor } from '../checkpoint/safetensors.ts';
import type { TensorFiles } from '../checkpoint/save.ts';
import { initialParameters, type ParameterShape } from '../model/parameters.ts';
import { isLasting, stateNames } from './state-names.ts';

type Shapes = Map<string, ParameterShape>;

/**
 * The state before the first step: fresh weights or the given ones, moments of zero, an average equal to the weights,
 * all halted.
 */
export function initialState(
  program: Program,
  shapes: Shapes,
  seed: number,
  weights: ReadonlyMap<string, Float32Array> = initialParameters(shapes, seed),
): NamedArrays {
  const state: NamedArrays = {};
  for (const [name, specification] of Object.entries(program.state)) state[name] = zeros(specification);
  for (const [name, values] of weights) {
    state[name] = values;
    if (stateNames.ema(name) in state) state[stateNames.ema(name)] = values;
  }
  for (const [name, values] of initialParameters(candidateShapes(program), seed)) state[name] = values;
  (state['carry/halted'] as Int32Array).fill(1);
  return state;
}

/** The reasoning latents that candidates begin with are drawn like the model's own. */
function candidateShapes(program: Program): Shapes {
  const candidates = program.state[stateNames.candidates];
  if (candidates === undefined) return new Map();
  const drawn: ParameterShape = { shape: candidates.shape, initialisation: { deviation: 1 }, role: 'fixed' };
  return new Map([[stateNames.candidates, drawn]]);
}

function zeros({ shape, type }: TensorSpecification): Float32Array | Int32Array {
  return type === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
}

/** The state that a checkpoint holds. */
export async function restoredState(
  program: Program,
  shapes: Shapes,
  checkpoint: Checkpoint,
): Promise<NamedArrays> {
  const state: NamedArrays = {};
  const [raw, averaged, training] = await Promise.all([
    checkpoint.weights('raw'),
    checkpoint.weights('ema'),
    checkpoint.trainingState(),
  ]);
  for (const name of shapes.keys()) {
    state[name] = (raw.get(name) as StoredTensor).values;
    if (stateNames.ema(name) in program.state) {
      state[stateNames.ema(name)] = (averaged.get(name) as StoredTensor).values;
    }
  }
  for (const [name, { values }] of training) state[name] = values;
  for (const [name, specification] of Object.entries(program.state)) {
    if (!isLasting(name)) state[name] = zeros(specification);
  }
  return state;
}

/** The names of the state that a checkpoint keeps. */
export function lastingNames(program: Program): string[] {
  return Object.keys(program.state).filter(isLasting);
}

/** The state as the files of a checkpoint. */
export function stateFiles(program: Program, shapes: Shapes, state: NamedArrays): TensorFiles {
  const stored = (name: string): StoredTensor => ({
    shape: (program.state[name] as { shape: number[] }).shape,
    values: state[name] as Float32Array | Int32Array,
  });
  const parameters = [...shapes.keys()];
  const averaged = parameters.map((name) => (stateNames.ema(name) in state ? stateNames.ema(name) : name));
  const hasAverage = averaged.some((name, index) => name !== parameters[index]);
  const others = Object.keys(program.state).filter(
    (name) => !shapes.has(name) && !averaged.includes(name) && isLasting(name),
  );
  return {
    [MODEL_FILE]: new Map(parameters.map((name) => [name, stored(name)])),
    ...(hasAverage && {
      [EMA_FILE]: new Map(parameters.map((name, index) => [name, stored(averaged[index] as string)])),
    }),
    [TRAINING_FILE]: new Map(others.map((name) => [name, stored(name)])),
  };
}

/** The names of the state that hold the weights to evaluate, by parameter name. */
export function evaluatedNames(program: Program, shapes: Shapes): Map<string, string> {
  return new Map(
    [...shapes.keys()].map((name) => [
      name,
      stateNames.ema(name) in program.state ? stateNames.ema(name) : name,
    ]),
  );
}
