// `trm robustness` for people and for programs, its pictures, and what it refuses.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { temporaryFolder } from '../../temporary-folder.ts';
import { sampleRobustness } from '../sample-robustness.ts';
import { trm, writeConfig } from './trm.ts';

const lines = (text: string) => text.trimEnd().split('\n');

/** A home with a run, and the run's id. */
async function trainedHome(t: TestContext): Promise<{ home: string; runId: string }> {
  const home = temporaryFolder(t);
  const { stdout } = await trm(t, home, ['train', writeConfig(home, 'sample', 5)]);
  const [, runId = ''] = /^Run (\S+)$/m.exec(stdout) ?? [];
  return { home, runId };
}

test('a report for people, with pictures that are not written over', async (t) => {
  const { home, runId } = await trainedHome(t);
  const [plot, pictures] = [join(home, 'plot.svg'), join(home, 'pictures')];
  const args = ['robustness', runId, '--seed', '3', '--plot', plot, '--pictures', pictures];
  const { code, stdout, stderr } = await trm(t, home, args);
  assert.deepEqual([code, stderr], [0, '']);
  const said = lines(stdout);
  assert.equal(said[0], `Robustness of ${runId}@5`);
  assert.equal(
    said[1],
    `tested            ${runId}@5 on 40 of 400 test puzzles of puzzles, changed suite by suite (seed 3)`,
  );
  assert.deepEqual(
    said.filter((line) => /^(suite|untouched|no solution|left out)/.test(line)),
    [
      'suite                   puzzles  right                  wrong and confident    halting probability  steps  AUROC',
      'untouched test puzzles       40  90.0 % (76.9 to 96.0)  10.0 % (4.0 to 23.1)                92.0 %    1.1  1.00',
      'no solution                  20  0.0 % (0.0 to 16.1)    25.0 % (11.2 to 46.9)               40.0 %    3.5  –',
      'left out: other puzzle identifier (it has none)',
    ],
  );
  assert.deepEqual(readdirSync(pictures).sort(), ['baseline-1.svg', 'unsolvable-1.svg', 'unsolvable-2.svg']);
  assert.match(
    readFileSync(plot, 'utf8'),
    new RegExp(`<title id="title">Whether ${runId}@5 knows when it is wrong<`),
  );

  const again = await trm(t, home, args);
  assert.deepEqual(
    [again.code, again.stderr],
    [
      2,
      `The place for the pictures is taken\n  where:    ${plot}, ${pictures}\n` +
        '  expected: no such file, and a folder with nothing in it\n  to do:    choose another name, or add --replace\n',
    ],
  );
  writeFileSync(join(pictures, 'noise-9.svg'), 'of an earlier report');
  writeFileSync(join(pictures, 'notes.txt'), 'mine');
  assert.equal((await trm(t, home, [...args, '--replace'])).code, 0);
  assert.deepEqual(readdirSync(pictures).sort(), [
    'baseline-1.svg',
    'notes.txt',
    'unsolvable-1.svg',
    'unsolvable-2.svg',
  ]);
});

test('a report for programs is the last line', async (t) => {
  const { home, runId } = await trainedHome(t);
  const { stdout } = await trm(t, home, ['robustness', runId, '--suites', 'unsolvable, noise', '--json']);
  const { jobId, ...last } = JSON.parse(lines(stdout).at(-1) ?? '');
  assert.equal(typeof jobId, 'string');
  const result = { kind: 'robustness', ...sampleRobustness(`${runId}@5`, 0) };
  assert.deepEqual(last, { type: 'result', status: 'finished', result });
});

test('what cannot be meant is refused before anything runs', async (t) => {
  const home = temporaryFolder(t);
  const refused = async (...args: string[]) => {
    const { code, stderr } = await trm(t, home, ['robustness', 'none', ...args]);
    return [code, lines(stderr)[0]];
  };
  assert.deepEqual(
    await Promise.all([
      refused('--suites', 'unsolvible'),
      refused('--per-suite', '0'),
      refused('--confident', '2'),
      refused(),
    ]),
    [
      [2, 'There is no suite "unsolvible"'],
      [2, '--per-suite cannot be "0"'],
      [2, '--confident cannot be "2"'],
      [2, 'There is no run "none"'],
    ],
  );
});
