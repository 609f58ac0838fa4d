import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Experiment, experimentSchema } from '../../../common/config/experiment.ts';
import { experimentToYaml, parseExperiment } from '../../../common/config/parse.ts';
import { UserError } from '../../../common/errors.ts';

const minimal = 'name: tiny\ndataset:\n  name: puzzles\n';

function parse(text: string, overrides: string[] = [], files: Record<string, string> = {}): Experiment {
  const readFile = (reference: string) => {
    const found = files[reference];
    if (found === undefined) throw new UserError({ what: `There is no ${reference}` });
    return { fileName: reference, text: found };
  };
  return parseExperiment(text, { fileName: 'tiny.yaml', overrides, readFile });
}
function messageOf(text: string, overrides: string[] = [], files: Record<string, string> = {}): string {
  try {
    parse(text, overrides, files);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'no error';
}

/** The settings of a section in the order of the schema. */
function settingsOf(section: 'training' | 'evaluation'): string {
  return Object.keys(parse(minimal)[section]).join(', ');
}

test('what a config leaves out has its default', () => {
  const expected = experimentSchema.parse({ name: 'tiny', dataset: { name: 'puzzles' } });
  assert.deepEqual(parse(minimal), expected);
  assert.equal(expected.model.hiddenSize, 512);
  assert.deepEqual(parse(`${minimal}model: { hiddenSize: 64 }`).model, { ...expected.model, hiddenSize: 64 });
});

test('overrides win over the file', () => {
  const { model, name } = parse(`${minimal}model: { hiddenSize: 64 }`, ['model.hiddenSize=128', 'name=007']);
  assert.deepEqual([model.hiddenSize, name], [128, '007']);
});

test('one problem is a message of its own, with file and line', () => {
  assert.equal(
    messageOf(`${minimal}model:\n  hiddenSize: big\n`),
    [
      'model.hiddenSize cannot be "big"',
      '  where:    tiny.yaml:5',
      '  found:    "big"',
      '  expected: a whole number, at least 1',
    ].join('\n'),
  );
});

test('values out of bounds, of a wrong type and missing ones are all named', () => {
  const text = [
    'dataset: { name: Puzzles, build: { kind: sudoku, size: 5, trainPuzzles: 0 } }',
    'training:',
    'evaluation: []',
    'halting: { explorationProbability: 1.5 }',
    'export: { opset: 18.5 }',
    'model: { expansion: .nan, mixer: 3 }',
  ].join('\n');
  assert.equal(
    messageOf(text),
    `tiny.yaml has errors: 11 problems

  name is missing
    where:    tiny.yaml
    found:    nothing
    expected: text, not empty

  dataset.name cannot be "Puzzles"
    where:    tiny.yaml:1
    found:    "Puzzles"
    expected: 1 to 80 lower-case letters, digits, dots, dashes or underscores, beginning with a letter or digit

  dataset.build.size cannot be 5
    where:    tiny.yaml:1
    found:    5
    expected: 4, 6 or 9

  dataset.build.trainPuzzles cannot be 0
    where:    tiny.yaml:1
    found:    0
    expected: a whole number, at least 1

  dataset.build.testPuzzles is missing
    where:    tiny.yaml:1
    found:    nothing
    expected: a whole number, at least 1

  model.mixer cannot be 3
    where:    tiny.yaml:6
    found:    3
    expected: mlp or attention

  model.expansion cannot be NaN
    where:    tiny.yaml:6
    found:    NaN
    expected: a number, above 0, at most 64

  halting.explorationProbability cannot be 1.5
    where:    tiny.yaml:4
    found:    1.5
    expected: a number, at least 0, at most 1

  training cannot be nothing (an empty value)
    where:    tiny.yaml:2
    found:    nothing (an empty value)
    expected: a section with ${settingsOf('training')}

  evaluation cannot be a list of 0
    where:    tiny.yaml:3
    found:    a list of 0
    expected: a section with ${settingsOf('evaluation')}

  export.opset cannot be 18.5
    where:    tiny.yaml:5
    found:    18.5
    expected: a whole number, at least 18, at most 23`,
  );
});

test('unknown keys are answered with what was probably meant', () => {
  const remedyOf = (text: string) => /to do: {4}(.*)$/m.exec(messageOf(text))?.[1];
  assert.equal(remedyOf(`${minimal}modle: {}`), 'did you mean model?');
  assert.equal(remedyOf(`${minimal}model: { hiden: 3 }`), 'did you mean model.hiddenSize?');
  assert.equal(remedyOf(`${minimal}hiddenSize: 3`), 'did you mean model.hiddenSize?');
  assert.equal(
    remedyOf(`${minimal}batchSize: 3`),
    'did you mean training.batchSize or evaluation.batchSize?',
  );
  assert.equal(remedyOf(`${minimal}extend: base.yaml`), 'did you mean extends?');
  assert.equal(
    remedyOf('name: x\ndataset: { name: p, build: { kind: sudoku-cvs } }'),
    'did you mean sudoku-csv?',
  );
  assert.equal(remedyOf(`${minimal}colour: red`), undefined);
  assert.match(messageOf(`${minimal}__proto__: { polluted: 1 }`), /^__proto__ is not a setting\n/);
  assert.equal('polluted' in {}, false);
});

test('settings of another kind of build are unknown', () => {
  const build = 'build: { kind: sudoku-csv, trainFile: x.csv, size: 9 }';
  assert.match(
    messageOf(`name: x\ndataset: { name: p, ${build} }`),
    /^dataset.build.size is not a setting\n/,
  );
});

test('combinations that cannot be say what would fit, also against a default', () => {
  assert.equal(
    messageOf(minimal, ['training.steps=100', 'model.mixer=attention', 'model.heads=7']),
    `tiny.yaml has errors: 2 problems

  model.heads cannot be 7
    where:    override model.heads=7
    found:    7
    expected: a divisor of model.hiddenSize (512)

  training.warmupSteps cannot be 2000 (its default)
    where:    tiny.yaml
    found:    2000 (its default)
    expected: at most training.steps (100)`,
  );
});

test('text that is not YAML, or not settings, is said to be so', () => {
  assert.equal(
    messageOf('name: a\nname: b\nmodel: [\n'),
    `tiny.yaml is not valid YAML: 2 problems

  Map keys must be unique
    where:    tiny.yaml:2

  Flow sequence in block collection must be sufficiently indented and end with a ]
    where:    tiny.yaml:4`,
  );
  assert.match(messageOf('- a\n- b\n'), /^tiny.yaml is not an experiment\n.*\n {2}found: {4}a list\n/);
  assert.match(messageOf('just words'), /^tiny.yaml is not an experiment\n.*\n {2}found: {4}"just words"\n/);
  assert.match(messageOf(''), /^tiny.yaml has errors: 2 problems\n\n {2}name is missing\n/);
  assert.match(messageOf('a: *b'), /^Unresolved alias|^tiny.yaml cannot be read\n/);
});

test('a config extends another by what differs', () => {
  const files = {
    'base.yaml': `${minimal}model:\n  hiddenSize: 64\n  layers: 3\ntraining: { steps: 9000 }\n`,
    'middle.yaml': 'extends: base.yaml\nmodel: { layers: 4 }\n',
  };
  const { model, training, name } = parse(
    'extends: middle.yaml\nname: small\nmodel: { heads: 2 }\n',
    [],
    files,
  );
  assert.deepEqual(
    [name, model.hiddenSize, model.layers, model.heads, training.steps],
    ['small', 64, 4, 2, 9000],
  );
});

test('a build of another kind replaces the one below it', () => {
  const base =
    'name: a\ndataset: { name: p, build: { kind: sudoku, size: 4, trainPuzzles: 8, testPuzzles: 8 } }';
  const over = 'extends: base.yaml\ndataset: { build: { kind: sudoku-csv, trainFile: x.csv } }';
  const { dataset } = parse(over, [], { 'base.yaml': base });
  assert.deepEqual([dataset.name, dataset.build?.kind], ['p', 'sudoku-csv']);
});

test('problems are placed in the file that they stand in', () => {
  const files = { 'base.yaml': `${minimal}model: { layers: many }\n` };
  assert.equal(
    messageOf('extends: base.yaml\nmodel:\n  heads: 0\n', [], files),
    `tiny.yaml has errors: 2 problems

  model.layers cannot be "many"
    where:    base.yaml:4
    found:    "many"
    expected: a whole number, at least 1

  model.heads cannot be 0
    where:    tiny.yaml:3
    found:    0
    expected: a whole number, at least 1`,
  );
});

test('extends must name a file that is there and does not lead back', () => {
  assert.equal(
    messageOf('extends: one.yaml', [], {
      'one.yaml': 'extends: tiny.yaml',
      'tiny.yaml': 'extends: one.yaml',
    }),
    [
      'extends goes round in a circle',
      '  where:    one.yaml:1',
      '  found:    tiny.yaml → one.yaml → tiny.yaml',
      '  expected: a base that does not extend this file',
    ].join('\n'),
  );
  assert.equal(messageOf('extends: none.yaml'), 'There is no none.yaml');
  assert.match(
    messageOf('extends: 3'),
    /^extends cannot be followed\n {2}where: {4}tiny.yaml:1\n {2}found: {4}3\n/,
  );
});

const count = fc.integer({ min: 1, max: 1_000_000 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const text = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' });
const experiment: fc.Arbitrary<Experiment> = fc
  .record({
    name: text,
    description: fc.string({ unit: 'binary' }),
    file: text,
    count,
    share,
    seed: fc.nat(),
    flag: fc.boolean(),
  })
  .map(({ name, description, file, count, share, seed, flag }) =>
    experimentSchema.parse({
      name,
      description,
      seed,
      dataset: {
        name: `p${count}`,
        build: flag
          ? { kind: 'sudoku-csv', trainFile: file, source: description, testShare: share }
          : { kind: 'sudoku', size: 9, trainPuzzles: count, testPuzzles: count, testShare: share },
      },
      halting: { explorationProbability: share },
      training: { learningRate: share, steps: count, warmupSteps: 0, ema: flag },
      model: { hiddenSize: count },
    }),
  );

test('an experiment written as YAML and read again is the same', () => {
  fc.assert(
    fc.property(experiment, (original) => {
      assert.deepEqual(parse(experimentToYaml(original)), original);
    }),
    { numRuns: 200 },
  );
});

test('whatever the text is, the answer is an experiment or a UserError', () => {
  const lines = fc.array(
    fc.constantFrom(
      'name: a',
      'dataset:',
      '  name: p',
      'model: {',
      '}',
      '- x',
      'extends: tiny.yaml',
      '  heads: *a',
      '&a b: c',
      '\t',
      '? [',
      '<<: *a',
      '--- ',
      '...',
      '%YAML 9',
      'a: !!x y',
      '"',
    ),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        lines.map((all) => all.join('\n')),
      ),
      (text) => {
        assert.equal(typeof messageOf(text), 'string');
      },
    ),
    { numRuns: 500 },
  );
});

test('model settings that make no model are refused, each with what it should be', () => {
  const expected = (model: string) =>
    messageOf(`${minimal}model: { ${model} }\n`)
      .split('\n')
      .filter((line) => line.includes('expected:') || line.includes('cannot be'))
      .map((line) => line.replace(/ {2}expected: /, '').trim());
  assert.deepEqual(expected('variant: trm-hier6, lowCycles: 7'), [
    'model.lowCycles cannot be 7',
    'at most 6 with trm-hier6: each cycle refines one of its six reasoning latents',
  ]);
  assert.deepEqual(expected('variant: hrm, separateNetworks: true'), [
    'model.separateNetworks cannot be true',
    'false with hrm: only trm has the choice',
  ]);
  assert.deepEqual(expected('mixer: attention, hiddenSize: 32, heads: 3'), [
    'model.heads cannot be 3',
    'a divisor of model.hiddenSize (32)',
  ]);
  assert.deepEqual(expected('variant: transformer, mixer: attention, hiddenSize: 4, heads: 5'), [
    'model.heads cannot be 5',
    'at most model.hiddenSize (4)',
  ]);
  assert.deepEqual(
    expected('variant: transformer, mixer: attention, positions: rope, hiddenSize: 32, heads: 6'),
    ['model.heads cannot be 6', 'an even head size for RoPE (it is 5 now)'],
  );
  assert.deepEqual(expected('puzzleEmbeddingSize: 99, hiddenSize: 16, puzzleEmbeddingLength: 2'), [
    'model.puzzleEmbeddingSize cannot be 99',
    'at most puzzleEmbeddingLength × hiddenSize = 32',
  ]);
});

test('an embedding of any size fits where its tokens follow from it, or where there is none', () => {
  const accepted = (model: string) => parse(`${minimal}model: { ${model} }\n`).model.puzzleEmbeddingSize;
  assert.equal(accepted('puzzleEmbeddingSize: 99, hiddenSize: 16, puzzleEmbeddingLength: 0'), 99);
  assert.equal(
    accepted('variant: hrm, puzzleEmbeddingSize: 99, hiddenSize: 16, puzzleEmbeddingLength: 2'),
    99,
  );
  assert.equal(accepted('puzzleEmbedding: false, puzzleEmbeddingSize: 99, hiddenSize: 16'), 99);
  // The transformer's heads need not divide the features.
  const { heads } = parse(
    `${minimal}model: { variant: transformer, mixer: attention, hiddenSize: 512, heads: 12 }`,
  ).model;
  assert.equal(heads, 12);
});
