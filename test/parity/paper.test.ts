// The table of the paper in the code names files and names that are there, and docs/fidelity.md holds it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fidelityDocument } from './document.ts';
import { faults } from './faults.ts';
import { paperPlaces } from './paper.ts';

const root = join(import.meta.dirname, '..', '..');

test('every place of the paper is where the table says', () => {
  const missing = paperPlaces.flatMap(({ file, names }) => {
    const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
    return names.filter((name) => !text.includes(name)).map((name) => `${name} in ${file}`);
  });
  assert.deepEqual(missing, []);
});

test('every file that stands in for a fault of the reference is there', () => {
  assert.deepEqual(
    faults.map(({ file }) => file).filter((file) => !existsSync(join(root, file))),
    [],
  );
});

test('docs/fidelity.md holds the tables as they are now; `npm run parity` writes it', () => {
  const afterDeviations = (document: string) => document.slice(document.indexOf('## Where the paper is'));
  const written = readFileSync(join(root, 'docs', 'fidelity.md'), 'utf8');
  assert.equal(afterDeviations(written), afterDeviations(fidelityDocument([], 'tensorflow')));
});
