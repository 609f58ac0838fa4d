// What the suites make of the drawn test puzzles. The same seed, puzzle and suite make the same changed puzzle, whatever
// else is asked for.

import { createRandom } from '../../common/random.ts';
import type { RobustnessResult, SuiteDomain, SuiteName } from '../../common/robustness/result.ts';
import { type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { createPacer } from '../dataset/pacer.ts';
import { type Bench, type ChosenPuzzles, vocabularyOf } from '../language-model/subjects.ts';
import { type LabFacts, labs } from './labs.ts';
import type { LabOf, SourcePuzzle, SuitePuzzle, Variant } from './suite.ts';
import { suites } from './table.ts';

/** A way to change puzzles, of a suite that applies. */
export interface ChosenVariant extends Variant {
  suite: SuiteName;
}

export interface ChosenVariants {
  domain: SuiteDomain;
  variants: ChosenVariant[];
  notApplicable: RobustnessResult['notApplicable'];
}

/** The variants of the named suites for the model's domain, in the order of the names. */
export function chooseVariants(bench: Bench, names: readonly SuiteName[]): ChosenVariants {
  const vocabulary = vocabularyOf(bench);
  const { dataset, model } = bench;
  const { puzzleIdentifierCount: identifierCount } = model.metadata.sizes;
  const domain = domainName(vocabulary.domain);
  const found = variantsOf(domain, { vocabulary, dataset, identifierCount }, names);
  return { domain, ...found };
}

/** The domain whose suites fit a vocabulary. */
function domainName(name: string): SuiteDomain {
  return name === 'sudoku' || name === 'maze' || name === 'arc' ? name : 'tokens';
}

/** The variants for one domain. */
export function variantsOf<Domain extends SuiteDomain>(
  domain: Domain,
  facts: LabFacts,
  names: readonly SuiteName[],
): Omit<ChosenVariants, 'domain'> {
  const lab: LabOf<Domain> = labs[domain](facts);
  const variants: ChosenVariant[] = [];
  const notApplicable: RobustnessResult['notApplicable'] = [];
  for (const suite of names) {
    const found = suites[suite][domain](lab);
    if ('doesNotApply' in found) notApplicable.push({ suite, variant: null, reason: found.doesNotApply });
    else variants.push(...found.map((variant) => ({ suite, ...variant })));
  }
  return { variants, notApplicable };
}

/** A changed puzzle, and the row in the test split of the puzzle that it was made of. */
export interface MadePuzzle extends SuitePuzzle {
  example: number;
}

/** The drawn puzzles as this variant changes them; those that it cannot change are left out. */
export async function makePuzzles(
  variant: ChosenVariant,
  { puzzles, examples }: Pick<ChosenPuzzles, 'puzzles' | 'examples'>,
  seed: number,
  signal: AbortSignal,
): Promise<MadePuzzle[]> {
  const pace = createPacer(signal);
  const made: MadePuzzle[] = [];
  for (const [row, example] of examples.entries()) {
    await pace();
    const random = createRandom(seed, 'robustness', variant.suite, variant.variant ?? '', example);
    const puzzle = variant.make(sourceOf(puzzles, row), random);
    if (puzzle !== undefined) made.push({ ...puzzle, example });
  }
  return made;
}

function sourceOf(puzzles: TokenPuzzles, row: number): SourcePuzzle {
  const { inputs, identifiers, labels } = takePuzzles(puzzles, row, 1);
  return { input: inputs, identifier: identifiers[0] ?? 0, label: labels ?? new Int32Array(inputs.length) };
}

/** Changed puzzles as the model takes them. */
export function joinMade(made: readonly MadePuzzle[], cells: number): TokenPuzzles {
  const inputs = new Int32Array(made.length * cells);
  for (const [row, { input }] of made.entries()) inputs.set(input, row * cells);
  return { count: made.length, inputs, identifiers: Int32Array.from(made, ({ identifier }) => identifier) };
}
