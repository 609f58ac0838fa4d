import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../common/errors.ts';
import type { StepSignals } from '../../../common/halting/criterion.ts';
import {
  asksFor,
  formatHaltingRule,
  type HaltingRule,
  haltingRuleSchema,
  halts,
  parseHaltingRule,
} from '../../../common/halting/rule.ts';
import { haltingCriteria } from '../../../common/halting/table.ts';

const unsure: StepSignals = {
  step: 1,
  haltProbability: 0.2,
  continueProbability: 0.3,
  changedCells: 5,
  stableSteps: 1,
  latentResidual: null,
  confidence: 0.6,
  weakestConfidence: 0.3,
  entropy: 0.9,
  valid: null,
  elapsedMs: 0,
};

const criterion = fc.constantFrom(...haltingCriteria).chain((chosen): fc.Arbitrary<HaltingRule> => {
  const [min, max] = chosen.range;
  const bounds = chosen.whole
    ? fc.integer({ min, max })
    : fc.double({ min, max, noNaN: true, noDefaultInfinity: true });
  // Zero has two signs, which no text of a number keeps.
  return (chosen.comparison === null ? fc.constant(0) : bounds).map((bound) => ({
    kind: 'criterion',
    criterion: chosen,
    bound: bound + 0,
  }));
});

/** Rules as they come from a text: no part is of the kind of the whole. */
function ruleOf(depth: number): fc.Arbitrary<HaltingRule> {
  if (depth === 0) return criterion;
  return fc
    .tuple(
      fc.constantFrom('and' as const, 'or' as const),
      fc.array(ruleOf(depth - 1), { minLength: 2, maxLength: 3 }),
    )
    .map(([kind, parts]) => ({
      kind,
      rules: parts.flatMap((part) => (part.kind === kind ? part.rules : [part])),
    }));
}

describe('halting rules', () => {
  it('come back from their text as they were', () => {
    fc.assert(
      fc.property(fc.oneof(ruleOf(0), ruleOf(1), ruleOf(2)), (rule) => {
        assert.deepEqual(parseHaltingRule(formatHaltingRule(rule)), rule);
      }),
    );
  });

  const verdicts: [text: string, signals: Partial<StepSignals>, halted: boolean][] = [
    ['q>=0.9', { haltProbability: 0.9 }, true],
    ['q>=0.9', { haltProbability: 0.89 }, false],
    ['q > 0.9', { haltProbability: 0.9 }, true],
    ['halt > continue', { haltProbability: 0.4 }, true],
    ['halt>continue', {}, false],
    ['stable>=3', { stableSteps: 3 }, true],
    ['stable>=3', { stableSteps: 2 }, false],
    ['residual<=0.01', { latentResidual: 0.009 }, true],
    ['residual<=10', {}, false],
    ['confidence>=0.5', {}, true],
    ['weakest>=0.5', {}, false],
    ['entropy<=1e-2', { entropy: 0.005 }, true],
    ['entropy<=1e-2', {}, false],
    ['valid', { valid: true }, true],
    ['valid', {}, false],
    ['steps>=4', { step: 4 }, true],
    ['steps>=4', { step: 3 }, false],
    ['ms>=20', { elapsedMs: 20 }, true],
    ['ms>=20', { elapsedMs: 19.9 }, false],
    ['valid or q>=0.9 and stable>=2', { valid: true }, true],
    ['(valid or q>=0.9) and stable>=2', { valid: true }, false],
  ];
  for (const [text, signals, halted] of verdicts) {
    it(`${text} ${halted ? 'halts' : 'goes on'} at ${JSON.stringify(signals)}`, () => {
      assert.equal(halts(parseHaltingRule(text), { ...unsure, ...signals }), halted);
    });
  }

  it('know what they ask for', () => {
    const rule = parseHaltingRule('q>=0.9 or (stable>=2 and valid)');
    assert.deepEqual(
      ['q', 'stable', 'valid', 'ms'].map((name) => asksFor(rule, name)),
      [true, true, true, false],
    );
  });

  const problems: [text: string, problem: string][] = [
    ['', 'nothing where a criterion should be'],
    ['sure>=1', '"sure" is no criterion'],
    ['q<=0.5', 'q is followed by >=, not by <='],
    ['q', 'q is followed by >=, not by the end'],
    ['q>=1.5', 'q is compared with a number from 0 to 1, not with 1.5'],
    ['stable>2', 'stable is followed by >=, not by >'],
    ['stable>=2.5', 'stable is compared with a whole number from 2 to 100000, not with 2.5'],
    ['(valid', 'a parenthesis that is not closed'],
    ['valid valid', '"valid" where "and", "or" or the end should be'],
    ['valid and', 'nothing where a criterion should be'],
  ];
  for (const [text, problem] of problems) {
    it(`refuse ${JSON.stringify(text)}`, () => {
      assert.deepEqual(
        haltingRuleSchema.safeParse(text).error?.issues.map(({ message }) => message),
        [problem],
      );
      assert.throws(
        () => parseHaltingRule(text, '--halt'),
        (error) => {
          assert.ok(error instanceof UserError);
          assert.deepEqual(error.details, {
            what: 'The halting rule cannot be read',
            where: '--halt',
            found: `${JSON.stringify(text)}: ${problem}`,
            expected:
              'criteria joined by "and" and "or", of q>=…, halt>continue, stable>=…, residual<=…, confidence>=…, ' +
              'weakest>=…, entropy<=…, valid, steps>=…, ms>=…',
            remedy: "write for example 'q>=0.9 or stable>=3 and residual<=0.01'",
          });
          return true;
        },
      );
    });
  }
});
