// The examples of docs/own-domains.md and of configs/own-domain.yaml are true: they build, and hold what is said of them.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readExperiment } from '../../../engine/config-file.ts';
import { buildDataset } from '../../../worker/dataset/build.ts';
import { openDataset } from '../../../worker/dataset/open.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const projectFile = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The first block of a language in the documentation. */
function readBlock(language: string): string {
  const text = readFileSync(projectFile('docs/own-domains.md'), 'utf8');
  const block = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(text)?.[1];
  assert.ok(block !== undefined, `no block of ${language}`);
  return block;
}

test('the documented example builds as it says', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'diagnosis.jsonl'), readBlock('jsonl'));
  writeFileSync(join(folder, 'diagnosis.yaml'), readBlock('yaml'));
  const { build, name } = readExperiment(join(folder, 'diagnosis.yaml')).dataset;
  assert.ok(build !== undefined);
  const card = await buildDataset({ build, name, folder: join(folder, 'data') });
  assert.deepEqual(card.vocabulary, {
    domain: 'diagnosis',
    gridRows: 1,
    gridColumns: 4,
    tokens: ['padding', 'yes', 'no', 'unknown', 'none', 'fuse', 'motor', 'valve'],
  });
  const { train, test: testing } = card.splits;
  assert.deepEqual([train.puzzles, testing.puzzles], [2, 1]);
  assert.equal(train.examples + testing.examples, 6);
});

test('every setting and field that the documentation names exists, and none is left out', () => {
  const text = readFileSync(projectFile('docs/own-domains.md'), 'utf8');
  const table = text.slice(text.indexOf('## The settings'), text.indexOf('`trm config fields`'));
  const named = [...table.matchAll(/^\| (`[^|]+)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)(?:: \w+)?`/g)].map(([, name]) => name),
  );
  const { build } = readExperiment(projectFile('configs/own-domain.yaml')).dataset;
  assert.ok(build?.kind === 'tokens');
  const onCard = ['kind', 'title', 'task', 'source', 'licence', 'seed'];
  const settings = [...Object.keys(build), 'testFile'].filter((name) => !onCard.includes(name));
  assert.deepEqual(named.sort(), settings.sort());
});

/** The string that is left when no rule applies; the order of the rules does not matter. */
function rewrite(text: string): string {
  const rules = { ba: 'ab', ca: 'ac', cb: 'bc', ab: '' };
  for (const [from, to] of Object.entries(rules)) {
    if (text.includes(from)) return rewrite(text.replace(from, to));
  }
  return text;
}

test('the string rewriting sample holds normal forms, and its config builds it', async (t) => {
  const { build, name } = readExperiment(projectFile('configs/own-domain.yaml')).dataset;
  assert.ok(build?.kind === 'tokens');
  const rows = readFileSync(build.trainFile, 'utf8').trimEnd().split('\n');
  for (const line of rows) {
    const { input, output }: Record<string, unknown> = JSON.parse(line);
    assert.ok(typeof input === 'string');
    assert.equal(output, rewrite(input));
  }
  const folder = join(temporaryFolder(t), 'data');
  await buildDataset({ build, name, folder });
  const dataset = openDataset(folder);
  const counts = (['train', 'test'] as const).map((split) => dataset.split(split).exampleCount);
  dataset.close();
  assert.deepEqual([rows.length, ...counts], [2400, 2160, 240]);
});
