// Counts the work of a model from the graph of one step, and what energy that may take.

import type { Precision } from '../../common/config/precision.ts';
import type { EnergyEstimate } from '../../common/device-figures.ts';
import { recordProgram } from '../capture/record.ts';
import { flopsOf, matrixProductOf } from '../estimate/work.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { inferenceProgram } from '../model/step.ts';

/** Multiply-adds in the matrix products of one supervision step of one puzzle. Needs a tfjs backend. */
export function countMultiplyAdds(specification: ModelSpecification): number {
  const graph = recordProgram(inferenceProgram(specification, 1));
  return graph.nodes.reduce((sum, node) => {
    const product = matrixProductOf(graph, node);
    return product === null ? sum : sum + flopsOf(product) / 2;
  }, 0);
}

/**
 * Energy of a multiplication and an addition in picojoules at 45 nm: Horowitz, "Computing's energy problem", ISSCC 2014.
 * Weights of fewer bits are made float32 before they are multiplied; only `int8` computes with integers.
 */
const arithmeticPicojoules: Readonly<Record<Precision, number>> = {
  float32: 3.7 + 0.9,
  float16: 3.7 + 0.9,
  int8: 0.2 + 0.1,
  'int8-weights': 3.7 + 0.9,
  'int4-weights': 3.7 + 0.9,
};

/** What the matrix products of a puzzle with so many steps may take; `given` replaces the figure of the arithmetic. */
export function estimateEnergy(
  multiplyAddsPerStep: number,
  steps: number,
  precision: Precision,
  given: number | null,
): EnergyEstimate {
  const picojoules = given ?? arithmeticPicojoules[precision];
  const multiplyAdds = multiplyAddsPerStep * steps;
  const origin =
    given === null
      ? `${picojoules.toFixed(1)} pJ for each multiply-add, the arithmetic alone at 45 nm (Horowitz, ISSCC 2014)`
      : `${given} pJ for each multiply-add, as given`;
  return {
    source: 'estimated',
    millijoules: (multiplyAdds * picojoules) / 1e9,
    multiplyAdds,
    picojoulesPerMultiplyAdd: picojoules,
    assumption: `${origin}; matrix products only: memory, other operations and idle power are left out`,
  };
}
