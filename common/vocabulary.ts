// When two vocabularies are the same, so that a model of the one can read puzzles of the other.

import type { Vocabulary } from './dataset-card.ts';

/** How two vocabularies differ, or null where they are the same: domain, tokens in order, and the size of the grid. */
export function findVocabularyDifference(
  found: Vocabulary,
  expected: Vocabulary,
): { found: string; expected: string } | null {
  const grid = ({ gridRows, gridColumns }: Vocabulary) => `grids of ${gridRows}×${gridColumns} cells`;
  const differ = (describe: (vocabulary: Vocabulary) => string) => ({
    found: describe(found),
    expected: describe(expected),
  });
  if (found.domain !== expected.domain) return differ(({ domain }) => `puzzles of the domain ${domain}`);
  if (grid(found) !== grid(expected)) return differ(grid);
  const length = Math.max(found.tokens.length, expected.tokens.length);
  for (let token = 0; token < length; token++) {
    if (found.tokens[token] === expected.tokens[token]) continue;
    return differ(({ tokens }) => {
      const name = tokens[token];
      return name === undefined
        ? `only ${tokens.length} tokens`
        : `${JSON.stringify(name)} as token ${token}`;
    });
  }
  return null;
}
