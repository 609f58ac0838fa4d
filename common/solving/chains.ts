// Solves puzzles by a rollout strategy: several chains of each, with noise on the latents or under symmetries, and a choice
// among their answers.

import { type HaltingRule, halts } from '../halting/rule.ts';
import type { Random } from '../random.ts';
import type { Choice, RolloutStrategy } from '../rollouts/strategy.ts';
import type { TokenPuzzles } from './puzzles.ts';
import { runRecursion } from './recursion.ts';
import type { StepInputs, StepModel } from './step-model.ts';

/** A symmetry of a domain; `undo(apply(x))` is x. */
export interface TokenSymmetry {
  apply(tokens: Int32Array): Int32Array;
  undo(tokens: Int32Array): Int32Array;
}

export interface RolloutOptions {
  strategy: RolloutStrategy;
  maximumSteps: number;
  rule: HaltingRule;
  /** The domain's rules, on the puzzle of this row; null where they cannot tell. */
  check(row: number, answer: Int32Array): boolean | null;
  /** As many as the strategy asks for, the identity first. */
  symmetries: readonly TokenSymmetry[];
  random: Random;
  /** Called after each step of the model; may throw. */
  onStep?(): void;
}

/** What one chain came to. */
export interface RolloutAnswer {
  /** Turned back where the chain had a symmetry, [cells] */
  answer: Int32Array;
  haltProbability: number;
  latentResidual: number | null;
  confidence: number;
  changedCells: number;
  steps: number;
  /** Whether its rule held; false where the steps ran out or another chain was first. */
  halted: boolean;
}

export interface RolloutOutcome {
  chosen: RolloutAnswer;
  answers: RolloutAnswer[];
  /** Of all chains. */
  steps: number;
}

/** Solves the puzzles; each gets `chains × symmetries` chains, all in one batch. */
export async function runRollouts(
  model: StepModel,
  puzzles: TokenPuzzles,
  options: RolloutOptions,
): Promise<RolloutOutcome[]> {
  const { strategy, symmetries, rule } = options;
  const copies = strategy.chains * symmetries.length;
  const expanded = expand(puzzles, model.cells, strategy.chains, symmetries);
  const answers = Array.from({ length: puzzles.count }, () => new Array<RolloutAnswer>(copies));
  const isOver = new Uint8Array(puzzles.count);
  const puzzleOf = (row: number) => Math.floor(row / copies);
  const symmetryOf = (row: number) => symmetries[Math.floor((row % copies) / strategy.chains)];
  const turnBack = (row: number, answer: Int32Array) => symmetryOf(row)?.undo(answer) ?? answer;
  const isQuiet = (row: number) => row % strategy.chains === 0;
  const noisy = withNoise(model, strategy.noise, isQuiet, options.random);
  let lastStep = 0;
  for await (const { row, answer, signals, halted } of runRecursion(noisy, expanded, {
    maximumSteps: strategy.steps || options.maximumSteps,
    rule,
    check: (row, answer) => options.check(puzzleOf(row), turnBack(row, answer)),
    isAbandoned: (row) => isOver[puzzleOf(row)] === 1,
  })) {
    if (signals.step !== lastStep) options.onStep?.();
    lastStep = signals.step;
    const { haltProbability, latentResidual, confidence, changedCells, step: steps } = signals;
    const isHalted = halted && halts(rule, signals);
    const kept = {
      answer: turnBack(row, answer),
      haltProbability,
      latentResidual,
      confidence,
      changedCells,
      steps,
      halted: isHalted,
    };
    (answers[puzzleOf(row)] as RolloutAnswer[])[row % copies] = kept;
    if (strategy.finish === 'first' && isHalted) isOver[puzzleOf(row)] = 1;
  }
  return answers.map((own, puzzle) => ({
    chosen: choose(own, strategy, (answer) => options.check(puzzle, answer)),
    answers: own,
    steps: own.reduce((total, { steps }) => total + steps, 0),
  }));
}

/** Each puzzle in a row `chains` times under each symmetry. */
function expand(
  { count, inputs, identifiers }: TokenPuzzles,
  cells: number,
  chains: number,
  symmetries: readonly TokenSymmetry[],
): TokenPuzzles {
  const copies = chains * symmetries.length;
  const expanded = new Int32Array(count * copies * cells);
  for (let puzzle = 0; puzzle < count; puzzle++) {
    const tokens = inputs.slice(puzzle * cells, (puzzle + 1) * cells);
    for (const [index, symmetry] of symmetries.entries()) {
      const turned = symmetry.apply(tokens);
      for (let chain = 0; chain < chains; chain++) {
        expanded.set(turned, (puzzle * copies + index * chains + chain) * cells);
      }
    }
  }
  const own = Int32Array.from(
    { length: count * copies },
    (_, row) => identifiers[Math.floor(row / copies)] ?? 0,
  );
  return { count: count * copies, inputs: expanded, identifiers: own };
}

/**
 * Adds Gaussian noise to the answer's latent before each step but the first, which begins with the model's own. The first
 * chain of each puzzle stays without.
 */
function withNoise(
  model: StepModel,
  deviation: number,
  isQuiet: (row: number) => boolean,
  random: Random,
): StepModel {
  if (deviation === 0) return model;
  const [answer = ''] = model.latentNames;
  return {
    ...model,
    step: (inputs: StepInputs) => {
      const latents = { ...inputs.latents };
      const values = latents[answer]?.slice();
      if (values !== undefined && inputs.reset.some((reset) => reset === 0)) {
        for (const [place, row] of (inputs.rows ?? []).entries()) {
          if (isQuiet(row)) continue;
          const start = place * model.latentSize;
          for (let index = 0; index < model.latentSize; index++) {
            values[start + index] = (values[start + index] as number) + deviation * gaussian(random);
          }
        }
        latents[answer] = values;
      }
      return model.step({ ...inputs, latents });
    },
  };
}

/** Box and Muller. */
function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}

function choose(
  answers: readonly RolloutAnswer[],
  { choose: choice, finish }: RolloutStrategy,
  check: (answer: Int32Array) => boolean | null,
): RolloutAnswer {
  const first = finish === 'first' ? answers.filter(({ halted }) => halted) : [];
  const candidates = first.length > 0 ? first : answers;
  const chosen = { halting: surest, residual: calmest, vote: mostFrequent, valid: surest } satisfies Record<
    Choice,
    (among: readonly RolloutAnswer[]) => RolloutAnswer
  >;
  const valid = choice === 'valid' ? candidates.filter(({ answer }) => check(answer) === true) : [];
  return chosen[choice](valid.length > 0 ? valid : candidates);
}

function surest(answers: readonly RolloutAnswer[]): RolloutAnswer {
  return answers.reduce((best, other) => (other.haltProbability > best.haltProbability ? other : best));
}

/** The answer whose latent moved least in its last step; a chain of one step has none to compare with. */
function calmest(answers: readonly RolloutAnswer[]): RolloutAnswer {
  const movement = ({ latentResidual }: RolloutAnswer) => latentResidual ?? Number.POSITIVE_INFINITY;
  return answers.reduce((best, other) => (movement(other) < movement(best) ? other : best));
}

/** Of the answers that occur most often the surest. */
function mostFrequent(answers: readonly RolloutAnswer[]): RolloutAnswer {
  const groups = Map.groupBy(answers, ({ answer }) => answer.join());
  const most = Math.max(...[...groups.values()].map(({ length }) => length));
  return surest([...groups.values()].filter(({ length }) => length === most).flat());
}
