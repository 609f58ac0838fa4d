// The pictures of a report: each failure with its puzzle and answer, and the figures as one drawing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawFailures, isPictureName } from '../../../common/robustness/pictures.ts';
import { plotRobustness } from '../../../common/robustness/plot.ts';
import { sampleRobustness } from '../../engine/sample-robustness.ts';

const report = sampleRobustness('a & b', 0);

test('each failure has a file of its own that says what it is', () => {
  const pictures = drawFailures(report);
  assert.deepEqual(
    pictures.map(({ fileName, svg }) => [fileName, /<title id="title">(.*)<\/title>/.exec(svg)?.[1]]),
    [
      [
        'baseline-1.svg',
        'untouched test puzzles, from test puzzle 5: halting probability 0.650 after 2 steps; digit 1 is twice in row 1',
      ],
      [
        'unsolvable-1.svg',
        'no solution, from test puzzle 8: halting probability 0.850 after 2 steps; no solution',
      ],
      [
        'unsolvable-2.svg',
        'no solution, from test puzzle 10: halting probability 0.850 after 2 steps; no solution',
      ],
    ],
  );
  for (const { fileName, svg } of pictures) {
    assert.ok(isPictureName(fileName));
    assert.match(
      svg,
      /<desc id="description">Puzzle: 1\.\.\. \.2\.\. \.\.3\. \.\.\.4\. The model's answer: /,
    );
  }
  assert.deepEqual(['notes.txt', 'noise-1.png', 'my-1.svg', 'noise.svg'].map(isPictureName), [
    false,
    false,
    false,
    false,
  ]);
});

test('variants have names that any file system takes', () => {
  const variants = ['4×4, walled in', '10 % of the cells', null].map((variant) => ({
    ...report.failures[0]!,
    suite: 'noise' as const,
    variant,
  }));
  assert.deepEqual(
    drawFailures({ ...report, failures: variants }).map(({ fileName }) => fileName),
    ['noise-4x4-walled-in-1.svg', 'noise-10-of-the-cells-1.svg', 'noise-1.svg'],
  );
});

test('the drawing holds every suite, both curves and the bins, in numbers throughout', () => {
  const svg = plotRobustness(report);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  assert.match(svg, /<title id="title">Whether a &amp; b knows when it is wrong<\/title>/);
  const texts = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  for (const text of ['untouched test puzzles', 'no solution', 'all suites together'])
    assert.ok(texts.includes(text));
  // Two bars a suite with a whisker each, beside the frames of the two panels.
  assert.equal(svg.split('<rect ').length - 1, 2 * 2 + 2);
  assert.equal(svg.split('<polygon ').length - 1, 2);
  assert.equal(plotRobustness(report), svg);
});

test('a report in which all is right can be drawn', () => {
  const { inDistribution, suites } = report;
  const none = { ...inDistribution, areaUnderRoc: null, curve: [], thresholds: [], reliability: [] };
  const svg = plotRobustness({ ...report, inDistribution: none, pooled: none, suites: suites.slice(0, 1) });
  assert.match(svg, /AUROC not known/);
  assert.doesNotMatch(svg, /NaN/);
});
