import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseOverride } from '../../../common/config/overrides.ts';
import { UserError } from '../../../common/errors.ts';

function messageOf(text: string): string {
  try {
    parseOverride(text);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'no error';
}

test('a value is read as YAML, or as it stands where the setting is a text', () => {
  const parsed = (text: string) => parseOverride(text).value;
  assert.deepEqual(parseOverride('model.hiddenSize=256'), {
    text: 'model.hiddenSize=256',
    path: ['model', 'hiddenSize'],
    value: 256,
  });
  assert.equal(parsed('training.learningRate=1e-4'), 1e-4);
  assert.equal(parsed('training.ema=false'), false);
  assert.equal(parsed('model.mixer=attention'), 'attention');
  assert.equal(parsed('name=007'), '007');
  assert.equal(parsed('name="quoted: text"'), 'quoted: text');
  assert.equal(parsed('description=a=b: [c'), 'a=b: [c');
  assert.equal(parsed('description='), '');
});

test('a path that no setting has is answered with the nearest', () => {
  assert.equal(
    messageOf('model.hiddnSize=3'),
    [
      'model.hiddnSize is not a setting',
      '  where:    override model.hiddnSize=3',
      '  found:    model.hiddnSize',
      '  expected: the path of a setting; trm config fields lists them',
      '  to do:    did you mean model.hiddenSize?',
    ].join('\n'),
  );
  const remedyOf = (text: string) => /to do: {4}(.*)$/m.exec(messageOf(text))?.[1];
  assert.equal(remedyOf('hiddenSize=3'), 'did you mean model.hiddenSize?');
  assert.equal(remedyOf('batchSize=3'), 'did you mean training.batchSize or evaluation.batchSize?');
  assert.equal(remedyOf('colour=red'), undefined);
});

test('what sets nothing, a whole section, or a list is refused', () => {
  assert.equal(
    messageOf('model.hiddenSize'),
    [
      '"model.hiddenSize" does not set anything',
      '  found:    "model.hiddenSize"',
      '  expected: path=value, for example model.hiddenSize=256',
    ].join('\n'),
  );
  assert.equal(
    messageOf('halting={}'),
    [
      'halting is a section, not a setting',
      '  where:    override halting={}',
      '  found:    halting',
      '  expected: one of its settings: halting.maximumSteps, halting.continueLoss, halting.explorationProbability, ' +
        'halting.lossWeight, halting.stepWeightDecay',
    ].join('\n'),
  );
  assert.equal(
    messageOf('model.layers=[1, 2]'),
    [
      'The value of model.layers cannot be read',
      '  where:    override model.layers=[1, 2]',
      '  found:    "[1, 2]"',
      '  expected: one whole number',
    ].join('\n'),
  );
});

test('any text is an override or a UserError', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('name', 'model.layers', 'model', 'x', ''),
      fc.string({ unit: 'binary' }),
      (path, value) => {
        assert.equal(typeof messageOf(`${path}=${value}`), 'string');
      },
    ),
  );
});
