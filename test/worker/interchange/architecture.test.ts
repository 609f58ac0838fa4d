// The model that tensors make: for each variant the one they were made of, and clear words where they do not tell.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ModelSection, modelSectionSchema } from '../../../common/config/experiment.ts';
import { deriveModel, type GivenModel } from '../../../worker/interchange/architecture.ts';
import { checkTensors } from '../../../worker/interchange/check-tensors.ts';
import { parseReferenceConfig } from '../../../worker/interchange/reference-config.ts';
import { renameTensors } from '../../../worker/interchange/tensor-names.ts';
import { parameterShapes } from '../../../worker/model/parameters.ts';

const data = { vocabularySize: 11, sequenceLength: 81, puzzleIdentifierCount: 3 };
const guess = (setting: string, value: string | number) =>
  `${setting} is taken to be ${value}, as in the reference: the tensors do not tell`;

function shapesOf(model: ModelSection) {
  return parameterShapes({ ...model, ...data });
}

/** What is told of a model with these settings by its tensors and `given`. */
function derive(settings: Record<string, unknown>, given: GivenModel = {}) {
  const shapes = shapesOf(modelSectionSchema.parse(settings));
  return { shapes, ...deriveModel(shapes, given, data.sequenceLength, 'step_1') };
}

describe('each variant is told by its tensors', () => {
  const attention = { mixer: 'attention', positions: 'rope', hiddenSize: 64 };
  const usual = [guess('model.highCycles', 3), guess('model.lowCycles', 6), guess('model.heads', 8)];
  const rope = guess('model.positions', 'rope');
  const puzzle = guess('model.puzzleEmbeddingLength', 16);
  const cases: [string, Record<string, unknown>, string[]][] = [
    ['trm, MLP mixing', { mixer: 'mlp', hiddenSize: 64 }, usual.slice(0, 2)],
    [
      'trm, MLP mixing of another expansion',
      { mixer: 'mlp', hiddenSize: 512, expansion: 2.5, layers: 3 },
      usual.slice(0, 2),
    ],
    [
      'trm, a short puzzle embedding',
      { mixer: 'mlp', hiddenSize: 64, puzzleEmbeddingLength: 2 },
      usual.slice(0, 2),
    ],
    ['trm, no puzzle embedding', { mixer: 'mlp', hiddenSize: 64, puzzleEmbedding: false }, usual.slice(0, 2)],
    [
      'trm, a table of another width',
      { mixer: 'mlp', hiddenSize: 64, puzzleEmbeddingSize: 100 },
      usual.slice(0, 2),
    ],
    ['trm, attention', attention, [rope, ...usual, puzzle]],
    ['trm, learned positions', { ...attention, positions: 'learned' }, usual],
    ['trm-singlez', { ...attention, variant: 'trm-singlez' }, [rope, ...usual, puzzle]],
    ['trm-hier6', { ...attention, variant: 'trm-hier6' }, [rope, ...usual, puzzle]],
    [
      'hrm',
      { ...attention, variant: 'hrm', layers: 4, highLayers: 2, highCycles: 2, lowCycles: 2 },
      [rope, guess('model.highCycles', 2), guess('model.lowCycles', 2), guess('model.heads', 8)],
    ],
    [
      'transformer, whose heads do not divide the features',
      { ...attention, variant: 'transformer', hiddenSize: 512, layers: 8, heads: 12 },
      [rope, guess('model.heads', 12)],
    ],
  ];
  for (const [name, settings, assumptions] of cases) {
    test(name, () => {
      const derived = derive(settings);
      assert.deepEqual(shapesOf(derived.model), derived.shapes);
      assert.deepEqual(derived.assumptions, assumptions);
      assert.equal(derived.model.variant, settings.variant ?? 'trm');
    });
  }
  test('two networks are a TRM with separate ones where that is said', () => {
    const given = { separateNetworks: true };
    const { model, shapes } = derive({ mixer: 'attention', hiddenSize: 64, separateNetworks: true }, given);
    assert.deepEqual([model.variant, shapesOf(model)], ['trm', shapes]);
  });
  test('what is given is believed', () => {
    const given = {
      positions: 'none',
      heads: 4,
      highCycles: 1,
      lowCycles: 2,
      puzzleEmbeddingLength: 5,
    } as const;
    const { model, assumptions } = derive({ mixer: 'attention', hiddenSize: 64 }, given);
    const { positions, heads, highCycles, lowCycles, puzzleEmbeddingLength } = model;
    const told = { positions, heads, highCycles, lowCycles, puzzleEmbeddingLength };
    assert.deepEqual([told, assumptions], [given, []]);
  });
});

describe('what cannot be told', () => {
  test('heads that are not the usual ones', () => {
    assert.throws(() => derive({ mixer: 'attention', positions: 'rope', hiddenSize: 36, heads: 6 }), {
      message: [
        'The number of attention heads cannot be told from the tensors',
        '  where:    step_1',
        '  found:    attention of 36 features in a model of 36',
        '  expected: one of 1, 2, 3, 4, 6, 9, 12, 18, 36 heads',
        '  to do:    say it: model.heads=N, or give the config of the training with --config',
      ].join('\n'),
    });
  });
  test('puzzles of another size', () => {
    const shapes = shapesOf(modelSectionSchema.parse({ mixer: 'mlp', hiddenSize: 64 }));
    assert.throws(() => deriveModel(shapes, {}, 900, 'step_1'), {
      message: [
        'The checkpoint was made for puzzles of another size',
        '  where:    step_1',
        '  found:    97 tokens in all, of which some hold the puzzle embedding',
        "  expected: more than the 900 cells of the dataset's puzzles",
        '  to do:    name the dataset of the training with --dataset',
      ].join('\n'),
    });
  });
});

test('every tensor that does not fit is listed', () => {
  const found = new Map([
    ['model.inner.H_init', { shape: [8], type: 'F32' as const }],
    ['model.inner.L_init', { shape: [8], type: 'I64' as const }],
    ['model.inner.lm_head.weight', { shape: [6, 8], type: 'BF16' as const }],
    ['optimizer', { shape: [], type: 'F32' as const }],
  ]);
  const expected = new Map([
    ['model.inner.H_init', { shape: [8] }],
    ['model.inner.L_init', { shape: [8] }],
    ['model.inner.lm_head.weight', { shape: [11, 8] }],
    ['model.inner.q_head.bias', { shape: [2] }],
  ]);
  assert.throws(
    () => checkTensors(found, expected, { what: 'It does not fit', where: 'step_1', remedy: 'change it' }),
    {
      message: [
        'It does not fit',
        '  where:    step_1',
        '  found:    4 of 5 tensors that do not fit',
        '  expected: the 4 tensors of the model',
        '  to do:    change it',
        '',
        '  model.inner.L_init holds other values than weights',
        '    found:    shape [8] of type I64',
        '    expected: F64, F32, F16 or BF16',
        '',
        '  model.inner.lm_head.weight has another shape',
        '    found:    shape [6,8] of type BF16',
        '    expected: shape [11,8]',
        '',
        '  model.inner.q_head.bias is missing',
        '    expected: shape [2]',
        '',
        '  optimizer belongs to no part of the model',
        '    found:    shape [] of type F32',
      ].join('\n'),
    },
  );
});

describe('names', () => {
  const names = ['embed_tokens.embedding_weight', 'H_init', 'puzzle_emb.local_ids', 'rotary_emb.cos_cached'];
  for (const prefix of [
    'model.inner.',
    '_orig_mod.model.inner.',
    'module._orig_mod.model.inner.',
    'inner.',
    '',
  ]) {
    test(`with ${prefix || 'nothing'} in front`, () => {
      const found = new Map(names.map((name, index) => [prefix + name, index]));
      const { tensors, ignored } = renameTensors(found, 'step_1');
      assert.deepEqual(
        [tensors, ignored],
        [
          new Map([
            ['model.inner.embed_tokens.embedding_weight', 0],
            ['model.inner.H_init', 1],
          ]),
          [`${prefix}puzzle_emb.local_ids`, `${prefix}rotary_emb.cos_cached`],
        ],
      );
    });
  }
  test('those of another model', () => {
    assert.throws(() => renameTensors(new Map([['conv1.weight', 0]]), 'resnet.pt'), {
      message: [
        'The tensors are not those of a model of this family',
        '  where:    resnet.pt',
        '  found:    conv1.weight',
        '  expected: one embed_tokens.embedding_weight, with or without something in front',
        '  to do:    import a state_dict of a TRM, an HRM or the transformer baseline of the reference',
      ].join('\n'),
    });
  });
});

describe("the reference's own config", () => {
  const text = `
arch:
  H_cycles: 3
  H_layers: 0
  L_cycles: 4
  L_layers: 2
  expansion: 4
  forward_dtype: bfloat16
  halt_exploration_prob: 0.1
  halt_max_steps: 16
  hidden_size: 512
  loss: {loss_type: stablemax_cross_entropy, name: losses@ACTLossHead}
  mlp_t: false
  name: recursive_reasoning.trm@TinyRecursiveReasoningModel_ACTV1
  no_ACT_continue: true
  num_heads: 8
  pos_encodings: rope
  puzzle_emb_len: 16
  puzzle_emb_ndim: 512
data_paths: [data/maze-30x30-hard-1k]
global_batch_size: 768
lr: 0.0001
lr_warmup_steps: 2000
weight_decay: 1.0
ema: true
seed: 5
`;
  test('as our settings', () => {
    assert.deepEqual(parseReferenceConfig(text, 'all_config.yaml'), {
      model: {
        variant: 'trm',
        mixer: 'attention',
        positions: 'rope',
        hiddenSize: 512,
        heads: 8,
        expansion: 4,
        layers: 2,
        highCycles: 3,
        lowCycles: 4,
        puzzleEmbedding: true,
        puzzleEmbeddingLength: 16,
      },
      halting: { maximumSteps: 16, explorationProbability: 0.1, continueLoss: false },
      training: { batchSize: 768, learningRate: 0.0001, warmupSteps: 2000, weightDecay: 1, ema: true },
      seed: 5,
    });
  });
  const variants = {
    'hrm.hrm_act_v1@HierarchicalReasoningModel_ACTV1': 'hrm',
    'recursive_reasoning.trm_singlez@TinyRecursiveReasoningModel_ACTV1': 'trm-singlez',
    'recursive_reasoning.trm_hier6@TinyRecursiveReasoningModel_ACTV1': 'trm-hier6',
    'recursive_reasoning.transformers_baseline@Model_ACTV2': 'transformer',
  };
  for (const [name, variant] of Object.entries(variants)) {
    test(name, () =>
      assert.equal(parseReferenceConfig(`arch: {name: "${name}"}`, 'x').model.variant, variant),
    );
  }
  test('something else', () => {
    assert.throws(() => parseReferenceConfig('arch: {hidden_size: 3}', 'all_config.yaml'), {
      message: [
        'The config beside the checkpoint is none that the reference writes',
        '  where:    all_config.yaml',
        '  found:    arch.name: Invalid input: expected string, received undefined',
        '  expected: an all_config.yaml with arch.name, arch.hidden_size and so on',
        '  to do:    move it away to go without it, or give a config of ours with --config',
      ].join('\n'),
    });
  });
});
