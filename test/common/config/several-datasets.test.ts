// `dataset.alsoTrainOn`: names or sections, in a file or as an override, with faults told at their place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetsOf } from '../../../common/config/dataset.ts';
import { describeExpected, describeFields } from '../../../common/config/describe.ts';
import { experimentToYaml, parseExperiment } from '../../../common/config/parse.ts';

const text = (lines: string[]) => ['name: tiny', 'dataset:', '  name: one', ...lines].join('\n');
const parse = (lines: string[], overrides: string[] = []) =>
  parseExperiment(text(lines), { fileName: 'tiny.yaml', overrides });

test('a name stands for a section with that name', () => {
  const experiment = parse(['  alsoTrainOn:', '    - two', '    - name: three']);
  assert.deepEqual(experiment.dataset, { name: 'one', alsoTrainOn: [{ name: 'two' }, { name: 'three' }] });
  assert.deepEqual(
    datasetsOf(experiment.dataset).map(({ name }) => name),
    ['one', 'two', 'three'],
  );
  assert.deepEqual(parseExperiment(experimentToYaml(experiment), { fileName: 'again.yaml' }), experiment);
  assert.equal(parse([]).dataset.alsoTrainOn, undefined);
});

test('an override replaces the list, as names or as YAML', () => {
  const expected = [{ name: 'four' }, { name: 'five' }];
  for (const value of ['four,five', 'four five', '[four, five]', '[{name: four}, {name: five}]']) {
    const { dataset } = parse(['  alsoTrainOn: [two]'], [`dataset.alsoTrainOn=${value}`]);
    assert.deepEqual(dataset.alsoTrainOn, expected);
  }
});

test('a config that extends another lays its list over the other', () => {
  const experiment = parseExperiment('extends: base.yaml\ndataset:\n  alsoTrainOn: [three]\n', {
    fileName: 'tiny.yaml',
    readFile: () => ({ fileName: 'base.yaml', text: text(['  alsoTrainOn: [two]']) }),
  });
  assert.deepEqual(experiment.dataset, { name: 'one', alsoTrainOn: [{ name: 'three' }] });
});

test('what is wrong in the list is told with the place and the name of the setting', () => {
  const lines = [
    '  alsoTrainOn:',
    '    - two',
    '    - name: three',
    '      build:',
    '        kind: sudoku',
    '        size: 5',
    '        trainPuzzle: 10',
    '        testPuzzles: 10',
    '    - one',
  ];
  assert.throws(() => parse(lines), {
    message: [
      'tiny.yaml has errors: 3 problems',
      '',
      '  dataset.alsoTrainOn.1.build.size cannot be 5',
      '    where:    tiny.yaml:9',
      '    found:    5',
      '    expected: 4, 6 or 9',
      '',
      '  dataset.alsoTrainOn.1.build.trainPuzzles is missing',
      '    where:    tiny.yaml:7',
      '    found:    nothing',
      '    expected: a whole number, at least 1',
      '',
      '  dataset.alsoTrainOn.1.build.trainPuzzle is not a setting',
      '    where:    tiny.yaml:10',
      '    found:    trainPuzzle: 10',
      '    expected: one of kind, size, trainPuzzles, testPuzzles, testShare, minimumClues, maximumClues, minimumRating, ' +
        'augmentations, seed',
      '    to do:    did you mean dataset.alsoTrainOn.1.build.trainPuzzles?',
    ].join('\n'),
  });
  assert.throws(() => parse(['  alsoTrainOn: [two, one]']), {
    message: [
      'dataset.alsoTrainOn.1 cannot be "one"',
      '  where:    tiny.yaml:4',
      '  found:    "one"',
      '  expected: another dataset: one is trained on already',
    ].join('\n'),
  });
});

test('lists are described as lists', () => {
  const field = describeFields().find(({ path }) => path === 'dataset.alsoTrainOn');
  assert.ok(field !== undefined);
  assert.deepEqual([field.type, field.itemsLike, describeExpected(field)], ['list', 'dataset', 'a list']);
});
