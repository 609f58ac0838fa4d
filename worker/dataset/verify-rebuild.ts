// Builds a dataset again from what its card says and compares: the proof that build settings, seed and source files
// give these data.

import { isDeepStrictEqual } from 'node:util';
import type { DatasetCard, LeakageCheck } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { withTemporarySibling } from '../folders.ts';
import { type FillRequest, fillDatasetFolder } from './build.ts';
import type { Dataset } from './open.ts';

const name = 'Built again';

/** The second build lies in a temporary folder beside the dataset and is removed. */
export async function checkRebuild(
  { folder, card, digest }: Dataset,
  options: Pick<FillRequest, 'signal' | 'onProgress'>,
): Promise<LeakageCheck> {
  if (card === undefined) {
    return { name, result: 'There is no card that says how the dataset was built.', passed: false };
  }
  try {
    const again = await withTemporarySibling(folder, (partial) =>
      fillDatasetFolder(partial, { ...options, build: card.build, name: card.name }),
    );
    return compare(card, digest, again);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, result: `It cannot be built again: ${error.message}`, passed: false };
  }
}

function compare(card: DatasetCard, digest: string, again: DatasetCard): LeakageCheck {
  const wrong: string[] = [];
  if (again.digest !== digest) wrong.push(`the digest is ${again.digest} instead of ${digest}`);
  for (const { path, sha256 } of card.sourceFiles) {
    const file = again.sourceFiles.find((other) => other.path === path);
    if (file === undefined) wrong.push(`${path} was not read`);
    else if (file.sha256 !== sha256) wrong.push(`${path} has SHA-256 ${file.sha256} instead of ${sha256}`);
  }
  if (card.generatorVersion !== again.generatorVersion) {
    wrong.push(`it was built by ${card.generatorVersion}, this is ${again.generatorVersion}`);
  }
  const fields = Object.keys(again).filter((field) => !comparedApart.has(field));
  const differing = fields.filter(
    (field) => !isDeepStrictEqual(Reflect.get(again, field), Reflect.get(card, field)),
  );
  if (differing.length > 0) wrong.push(`the card differs in ${differing.join(', ')}`);
  const same = `Building again gives the same data (digest ${digest}) and the same card.`;
  return { name, result: wrong.length === 0 ? same : `${wrong.join('; ')}.`, passed: wrong.length === 0 };
}

/** Fields of a card that are compared above, follow from those, or rightly differ. */
const comparedApart: ReadonlySet<string> = new Set([
  'createdAt',
  'digest',
  'files',
  'generatorVersion',
  'samples',
  'sourceFiles',
]);
