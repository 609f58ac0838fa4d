// Each option of training changes what it should and nothing else.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PUZZLE_TABLE } from '../../../worker/model/parameters.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { depthAt, equivalentStepsLeft } from '../../../worker/train/schedule.ts';
import { stateNames } from '../../../worker/train/state-names.ts';
import { excess } from '../golden.ts';
import { changedNames, tinySetup, tinyStart, tinyTrain } from './tiny-step.ts';

before(() => startRuntime());

const TOKENS = 'model.inner.embed_tokens.embedding_weight';
const BLOCK = 'model.inner.L_level.layers.0';
const MATRICES = ['mlp_t.gate_up_proj', 'mlp_t.down_proj', 'mlp.gate_up_proj', 'mlp.down_proj'].map(
  (name) => `${BLOCK}.${name}.weight`,
);
const OTHERS = [
  TOKENS,
  ...['lm_head.weight', 'q_head.weight', 'q_head.bias'].map((name) => `model.inner.${name}`),
];
const CARRY = ['high', 'low', 'steps', 'halted', 'inputs', 'labels', 'puzzle_identifiers'].map(
  (name) => `carry/${name}`,
);

/** State beside the parameters, the averages and the carry. */
function optimizerState(names: string[]): string[] {
  return names.filter((name) => !/^(model\.|ema\/|carry\/)/.test(name));
}

describe('optimizer', () => {
  test('keeps the state that it needs', () => {
    const state = (optimizer: string) =>
      optimizerState(Object.keys(tinyStart(tinySetup({ optimizer })))).toSorted();
    const moments = (names: string[]) =>
      names.flatMap((name) => [stateNames.firstMoment(name), stateNames.secondMoment(name)]);
    assert.deepEqual(state('adam-atan2'), moments([...OTHERS, ...MATRICES]).toSorted());
    assert.deepEqual(state('adamw'), state('adam-atan2'));
    assert.deepEqual(
      state('muon'),
      [...moments(OTHERS), ...MATRICES.map((name) => stateNames.momentum(name))].toSorted(),
    );
  });

  test('muon moves its matrices by its own learning rate and the others by that of adamw', async () => {
    const changed = async (training: Record<string, unknown>) => {
      const setup = tinySetup({ optimizer: 'muon', puzzleEmbeddingLearningRate: 0, ...training });
      const start = tinyStart(setup);
      const { state } = await tinyTrain(setup, 'captured', 1, { start });
      return changedNames(start, state).filter((name) => name.startsWith('model.'));
    };
    // What stands before the first heads has no gradient yet: the halting head begins with zeros.
    assert.deepEqual(await changed({ learningRate: 0 }), MATRICES);
    assert.deepEqual(await changed({ muonLearningRate: 0 }), OTHERS);
  });
});

describe('trainOnly', () => {
  const changedBy = async (trainOnly: string) => {
    const setup = tinySetup({ trainOnly });
    const start = tinyStart(setup);
    const { state } = await tinyTrain(setup, 'captured', 2, { start });
    return { names: Object.keys(start), changed: changedNames(start, state).toSorted() };
  };

  test('puzzle-embeddings leaves weights and averages as they are, without moments', async () => {
    const { names, changed } = await changedBy('puzzle-embeddings');
    assert.deepEqual(optimizerState(names), []);
    assert.ok(names.includes(stateNames.ema(TOKENS)));
    assert.deepEqual(
      changed.filter((name) => !name.startsWith('carry/')),
      [PUZZLE_TABLE],
    );
  });

  test('embeddings lets the token embedding learn too', async () => {
    const { changed } = await changedBy('embeddings');
    const ofTokens = [
      TOKENS,
      stateNames.ema(TOKENS),
      stateNames.firstMoment(TOKENS),
      stateNames.secondMoment(TOKENS),
    ];
    assert.deepEqual(
      changed.filter((name) => !name.startsWith('carry/')),
      [...ofTokens, PUZZLE_TABLE].toSorted(),
    );
  });

  test('all changes every weight', async () => {
    const { names, changed } = await changedBy('all');
    const still = names.filter((name) => !changed.includes(name) && !CARRY.includes(name));
    assert.deepEqual(still, ['model.inner.H_init', 'model.inner.L_init']);
  });
});

test('gradientClipping scales all gradients down together, and only larger ones', async () => {
  const gradients = async (gradientClipping: number) => {
    const { state } = await tinyTrain(tinySetup({ gradientClipping }), 'captured', 1);
    return Object.keys(state)
      .filter((name) => name.startsWith('first_moment/'))
      .flatMap((name) => Array.from(state[name] as Float32Array, (value) => value / 0.1));
  };
  const free = await gradients(0);
  const norm = Math.hypot(...free);
  assert.ok(norm > 0.1);
  const clipped = await gradients(norm / 5);
  assert.ok(
    excess(
      clipped,
      free.map((value) => value / 5),
      1e-6,
      1e-4,
    ) <= 0,
  );
  assert.deepEqual(await gradients(norm * 2), free);
});

test('labelSmoothing and answerLoss change the answer loss and no answer', async () => {
  const still = { learningRate: 0, puzzleEmbeddingLearningRate: 0 };
  const measure = async (training: Record<string, unknown>) => {
    const { metrics } = await tinyTrain(tinySetup({ ...still, ...training }), 'captured', 3);
    return metrics;
  };
  const plain = await measure({});
  for (const training of [{ labelSmoothing: 0.2 }, { answerLoss: 'softmax' }]) {
    for (const [index, { loss, answerLoss, ...rest }] of (await measure(training)).entries()) {
      const { loss: _, answerLoss: plainLoss, ...expected } = plain[index] ?? assert.fail('no such step');
      assert.deepEqual(rest, expected);
      assert.ok(Math.abs(answerLoss - plainLoss) > 1e-3);
      assert.ok(Math.abs(loss - answerLoss - 0.5 * rest.haltingLoss) < 1e-4);
    }
  }
});

test('stepWeightDecay weighs a supervision step t by decay^(t − 1)', async () => {
  const still = { learningRate: 0, puzzleEmbeddingLearningRate: 0 };
  const losses = async (stepWeightDecay: number) => {
    const { metrics } = await tinyTrain(
      tinySetup(still, { stepWeightDecay, maximumSteps: 3 }),
      'captured',
      4,
    );
    return metrics.map(({ loss, answerLoss, haltingLoss }) => ({ loss, answerLoss, haltingLoss }));
  };
  const [plain, weighted] = [await losses(1), await losses(0.7)];
  // No puzzle stops before its third step; the fourth begins new ones.
  [1, 0.7, 0.49, 1].forEach((weight, index) => {
    const { loss, ...kinds } = weighted[index] ?? assert.fail('no such step');
    const { loss: plainLoss, ...plainKinds } = plain[index] ?? assert.fail('no such step');
    assert.deepEqual(kinds, plainKinds);
    assert.ok(Math.abs(loss - weight * plainLoss) < 1e-4);
  });
});

test('the depth follows the curriculum and then the model', () => {
  const { training, specification } = tinySetup({
    steps: 10,
    depthCurriculum: [
      { untilShare: 0.3, highCycles: 1, lowCycles: 2 },
      { untilShare: 0.6, highCycles: 2, lowCycles: 4 },
    ],
  });
  const depths = Array.from({ length: 10 }, (_, index) => depthAt(index + 1, training, specification));
  const [first, second, all] = [
    { highCycles: 1, lowCycles: 2 },
    { highCycles: 2, lowCycles: 4 },
    { highCycles: 2, lowCycles: 2 },
  ];
  assert.deepEqual(depths, [first, first, first, second, second, second, all, all, all, all]);
  // A step counts (T + 2)·(n + 1): 9, 20 and 12.
  const left = [0, 3, 5, 6, 10].map((step) => equivalentStepsLeft(step, training, specification));
  assert.deepEqual(left, [(27 + 60 + 48) / 9, (60 + 48) / 20, (20 + 48) / 20, 4, 0]);
});

describe('candidates', () => {
  const still = { learningRate: 0, puzzleEmbeddingLearningRate: 0, batchSize: 1, ema: false };

  test('that begin alike are as good as one', async () => {
    const single = await tinyTrain(tinySetup({ optimizer: 'adamw', adamEpsilon: 0.01 }), 'captured', 4);
    const setup = tinySetup({ optimizer: 'adamw', adamEpsilon: 0.01, candidates: 2 });
    const start = tinyStart(setup);
    const alike = { ...start, [stateNames.candidates]: start['model.inner.L_init'] as Float32Array };
    const double = await tinyTrain(setup, 'captured', 4, { start: alike });
    for (const name of Object.keys(single.state).filter((name) => name !== 'carry/low')) {
      assert.ok(
        excess(double.state[name] as Float32Array, single.state[name] as Float32Array, 1e-4) <= 0,
        name,
      );
    }
    assert.deepEqual(double.state[stateNames.candidates], alike[stateNames.candidates]);
  });

  for (const kind of ['captured', 'eager'] as const) {
    test(`the best answer alone gets the gradient, and its latent is handed to all (${kind})`, async () => {
      const setup = tinySetup({ ...still, candidates: 3 });
      const start = tinyStart(setup);
      const width = setup.specification.hiddenSize;
      const others = start[stateNames.candidates] as Float32Array;
      assert.equal(others.length, 2 * width);
      const initials = [
        start['model.inner.L_init'] as Float32Array,
        others.subarray(0, width),
        others.subarray(width),
      ];
      const alone = [];
      for (const initial of initials) {
        const oneSetup = tinySetup(still);
        const oneStart = { ...tinyStart(oneSetup), 'model.inner.L_init': Float32Array.from(initial) };
        alone.push(await tinyTrain(oneSetup, kind, 1, { start: oneStart }));
      }
      const together = await tinyTrain(setup, kind, 1, { start });
      const losses = alone.map(({ metrics }) => metrics[0]?.answerLoss as number);
      const winner = alone[losses.indexOf(Math.min(...losses))] ?? assert.fail('nobody won');
      assert.ok(new Set(losses).size === 3);
      assert.ok(
        excess(Object.values(together.metrics[0] ?? {}), Object.values(winner.metrics[0] ?? {}), 1e-5) <= 0,
      );
      for (const name of [
        stateNames.firstMoment(TOKENS),
        stateNames.firstMoment(MATRICES[3] as string),
        'carry/high',
      ]) {
        assert.ok(
          excess(together.state[name] as Float32Array, winner.state[name] as Float32Array, 1e-5) <= 0,
          name,
        );
      }
      // Each keeps its own reasoning, [tokens, candidates, batch, hidden].
      const reasoning = together.state['carry/low'] as Float32Array;
      for (const [index, { state }] of alone.entries()) {
        const own = reasoning.filter((_, at) => Math.floor(at / width) % 3 === index);
        assert.ok(excess(own, state['carry/low'] as Float32Array, 1e-5) <= 0);
      }
    });
  }
});

test('the normalised gate changes the network', async () => {
  const loss = async (gatedUnit: string) => {
    const { metrics } = await tinyTrain(tinySetup({}, {}, { gatedUnit }), 'captured', 1);
    return metrics[0]?.answerLoss;
  };
  assert.notEqual(await loss('normalised'), await loss('swiglu'));
});
