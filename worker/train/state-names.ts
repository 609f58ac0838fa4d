// Names of the training step's state beside the parameters and the carry.

/** Beginning of the names of state that only lives within a step of several parts and is not saved. */
const PASSING = 'gradient_sum/';

export const stateNames = {
  firstMoment: (parameter: string) => `first_moment/${parameter}`,
  secondMoment: (parameter: string) => `second_moment/${parameter}`,
  momentum: (parameter: string) => `momentum/${parameter}`,
  ema: (parameter: string) => `ema/${parameter}`,
  gradientSum: (parameter: string) => `${PASSING}${parameter}`,
  /** Gradients of the puzzle rows of all parts, [parts, part, size]. */
  puzzleRowGradients: `${PASSING}puzzle_rows`,
  /** The rows that those belong to, int32 [parts, part]. */
  puzzleRowIdentifiers: `${PASSING}puzzle_identifiers`,
  /** Initial values of the reasoning latents beside the first, [candidates − 1, hidden]. */
  candidates: 'candidates/low',
};

/** Whether state of this name is worth keeping between steps. */
export function isLasting(name: string): boolean {
  return !name.startsWith(PASSING);
}
