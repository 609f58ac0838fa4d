import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHaltingRule } from '../../../common/halting/rule.ts';
import { createRandom } from '../../../common/random.ts';
import { parseStrategy } from '../../../common/rollouts/strategy.ts';
import { type RolloutOptions, runRollouts, type TokenSymmetry } from '../../../common/solving/chains.ts';
import { joinPuzzles } from '../../../common/solving/puzzles.ts';
import { runRecursion } from '../../../common/solving/recursion.ts';
import { scriptedModel } from './scripted-model.ts';

const puzzles = joinPuzzles([Int32Array.of(1, 2, 3), Int32Array.of(0, 0, 1)]);
const identity: TokenSymmetry = { apply: (tokens) => tokens, undo: (tokens) => tokens };
const backwards: TokenSymmetry = {
  apply: (tokens) => tokens.toReversed(),
  undo: (tokens) => tokens.toReversed(),
};

function run(text: string, changes: Partial<RolloutOptions> = {}) {
  return runRollouts(scriptedModel(7), puzzles, {
    strategy: parseStrategy(text),
    maximumSteps: 5,
    rule: parseHaltingRule('steps>=5'),
    check: () => null,
    symmetries: [identity],
    random: createRandom(1),
    ...changes,
  });
}

test('a single chain gives what the recursion gives', async () => {
  const answers: number[][] = [];
  for await (const { row, answer, halted } of runRecursion(scriptedModel(7), puzzles, {
    maximumSteps: 5,
    rule: null,
  })) {
    if (halted) answers[row] = [...answer];
  }
  const outcomes = await run('plain');
  assert.deepEqual(
    outcomes.map(({ chosen, steps }) => [[...chosen.answer], steps]),
    answers.map((answer) => [answer, 5]),
  );
});

test('the first chain has no noise, the others go their own ways, the same for the same seed', async () => {
  const [plain] = await run('plain');
  const [first] = await run('chains=6 noise=0.5');
  const [again] = await run('chains=6 noise=0.5');
  assert.deepEqual(first, again);
  assert.deepEqual(first?.answers[0], plain?.chosen);
  assert.equal(first?.steps, 30);
  assert.ok(new Set(first?.answers.map(({ haltProbability }) => haltProbability)).size > 3);
});

test('the surest, the calmest, the most frequent and the valid answer', async () => {
  const [surest] = await run('chains=6 noise=0.5');
  const [calmest] = await run('chains=6 noise=0.5 choose=residual');
  const most = Math.max(...(surest?.answers.map(({ haltProbability }) => haltProbability) ?? []));
  assert.equal(surest?.chosen.haltProbability, most);
  const least = Math.min(...(calmest?.answers.map(({ latentResidual }) => latentResidual ?? 9) ?? []));
  assert.equal(calmest?.chosen.latentResidual, least);
  const wanted = [...(surest?.answers[4]?.answer ?? [])].join();
  const [valid] = await run('chains=6 noise=0.5 choose=valid', {
    check: (_row, answer) => answer.join() === wanted,
  });
  assert.equal(valid?.chosen.answer.join(), wanted);
  const [voted] = await run('chains=6 noise=0.5 choose=vote', { rule: parseHaltingRule('steps>=1') });
  assert.deepEqual(voted?.chosen.answer, voted?.answers[0]?.answer);
});

test('answers under a symmetry are turned back', async () => {
  const [turned] = await run('symmetries=2', { symmetries: [identity, backwards] });
  const direct = await runRollouts(scriptedModel(7), joinPuzzles([Int32Array.of(3, 2, 1)]), {
    strategy: parseStrategy('plain'),
    maximumSteps: 5,
    rule: parseHaltingRule('steps>=5'),
    check: () => null,
    symmetries: [identity],
    random: createRandom(1),
  });
  assert.deepEqual(
    [...(turned?.answers[1]?.answer ?? [])],
    [...(direct[0]?.chosen.answer ?? [])].toReversed(),
  );
});

test('the first chain that halts ends the others of its puzzle', async () => {
  const rule = parseHaltingRule('q>=0.7');
  const outcomes = await run('chains=6 noise=0.5 finish=first steps=50', { rule });
  for (const { chosen, answers, steps } of outcomes) {
    assert.equal(chosen.halted, true);
    const last = Math.max(...answers.map((answer) => answer.steps));
    assert.equal(chosen.steps, last);
    assert.equal(steps, 6 * last);
  }
});
