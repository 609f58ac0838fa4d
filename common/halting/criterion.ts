// What a halting criterion is: a name, what it asks of a supervision step, and the bounds of its number.

/** What is known of one puzzle after one supervision step. */
export interface StepSignals {
  /** Counted from 1. */
  step: number;
  /** sigmoid(q_halt) */
  haltProbability: number;
  /** sigmoid(q_continue); only HRM trains it. */
  continueProbability: number;
  /** Cells that differ from the answer of the step before, in the first step from the puzzle. */
  changedCells: number;
  /** Steps in a row up to this one that gave the same answer; 1 where it has just changed. */
  stableSteps: number;
  /** ‖z − z′‖ / ‖z′‖ of the answer's latent against the step before; null in the first step, which has none before. */
  latentResidual: number | null;
  /** Probability of the most likely token, mean of the cells. */
  confidence: number;
  /** The same of the least certain cell. */
  weakestConfidence: number;
  /** Entropy of the token probabilities in nats, mean of the cells. */
  entropy: number;
  /** What the domain's rules say of the answer; null where there are none, or nobody asked. */
  valid: boolean | null;
  /** Since the first step of the puzzle began. */
  elapsedMs: number;
}

export interface HaltingCriterion {
  /** Left of the comparison, as in `q >= 0.9`. */
  name: string;
  /** How the signal is compared with the number; null for a criterion without one. */
  comparison: '>=' | '<=' | null;
  /** Smallest and largest number that makes sense. */
  range: readonly [minimum: number, maximum: number];
  /** Whether the number must be whole. */
  whole: boolean;
  /** One line for people who choose. */
  description: string;
  /** Whether a puzzle halts after this step. `bound` is the number, 0 for a criterion without one. */
  halts(signals: StepSignals, bound: number): boolean;
}
