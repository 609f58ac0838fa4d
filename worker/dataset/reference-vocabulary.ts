// What the tokens of a dataset without a card mean, told by its sizes: each domain of ours has a vocabulary and a grid
// of its own.

import type { ReferenceBuild } from '../../common/config/dataset-reference.ts';
import type { Vocabulary } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { geometryOfCellCount } from '../../common/puzzles/sudoku/geometry.ts';
import { arcVocabulary } from './arc-card.ts';
import { metadataPath } from './layout.ts';
import { mazeVocabulary } from './maze-split.ts';
import { sudokuVocabulary } from './sudoku-split.ts';

/** In the order in which they are tried: 4×4 Sudokus have as many tokens as mazes. */
const domains: Readonly<Record<'arc' | 'sudoku' | 'maze', (cells: number) => Vocabulary | undefined>> = {
  arc: (cells) => ofSide(cells, arcVocabulary),
  sudoku: (cells) => {
    const geometry = geometryOfCellCount(cells);
    return geometry && sudokuVocabulary(geometry);
  },
  maze: (cells) => ofSide(cells, (side) => mazeVocabulary({ rows: side, columns: side })),
};

/** The vocabulary of a dataset of these sizes. @throws UserError when the named domain has other sizes */
export function vocabularyOfSizes(
  { folder, domain, rows }: ReferenceBuild,
  vocabularySize: number,
  cells: number,
): Vocabulary {
  const fits = (vocabulary: Vocabulary | undefined) => vocabulary?.tokens.length === vocabularySize;
  if (domain === 'auto') {
    const found = Object.values(domains)
      .map((create) => create(cells))
      .find(fits);
    return found ?? plainVocabulary(vocabularySize, cells, 0, folder);
  }
  if (domain === 'plain') return plainVocabulary(vocabularySize, cells, rows, folder);
  const vocabulary = domains[domain](cells);
  if (vocabulary !== undefined && fits(vocabulary)) return vocabulary;
  throw new UserError({
    what: `The dataset is none of the domain ${domain}`,
    where: metadataPath(folder, 'train'),
    found: `${vocabularySize} tokens, puzzles of ${cells} cells`,
    expected:
      vocabulary === undefined
        ? 'the sizes of that domain'
        : `${vocabulary.tokens.length} tokens for ${cells} cells`,
    remedy: 'leave the domain out, or take plain',
  });
}

function plainVocabulary(vocabularySize: number, cells: number, wanted: number, folder: string): Vocabulary {
  const side = Math.sqrt(cells);
  const gridRows = wanted === 0 ? (Number.isInteger(side) ? side : 1) : wanted;
  if (cells % gridRows !== 0) {
    throw new UserError({
      what: 'The rows do not fit the puzzles',
      where: metadataPath(folder, 'train'),
      found: `${gridRows} rows`,
      expected: `a divisor of the ${cells} cells`,
    });
  }
  const tokens = ['padding', ...Array.from({ length: vocabularySize - 1 }, (_, index) => String(index + 1))];
  return { domain: 'plain', gridRows, gridColumns: cells / gridRows, tokens };
}

function ofSide(cells: number, create: (side: number) => Vocabulary): Vocabulary | undefined {
  const side = Math.sqrt(cells);
  return Number.isInteger(side) ? create(side) : undefined;
}
