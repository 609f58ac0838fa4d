// Any other vocabulary: each token is a brush; there are no rules.

import type { BundleModel } from '../../../common/bundle.ts';
import { type Brush, compareWithKnown, type EdgeDomain } from './domain.ts';

export function createTokens({ gridRows: rows, gridColumns: columns, tokens }: BundleModel): EdgeDomain {
  const brushes = tokens.map((name, token): Brush => {
    const isPadding = token === 0;
    const key = isPadding ? 'Backspace' : [...name].length === 1 ? name : '';
    return { token, name, mark: isPadding ? '' : name, look: isPadding ? 'unknown' : 'word', key };
  });
  return {
    entry: 'digits',
    brushes,
    lookOf: (token) => brushes[token] ?? (brushes[0] as Brush),
    stride: columns,
    sizeOf: () => ({ rows, columns }),
    box: null,
    empty: () => new Int32Array(rows * columns),
    conflicts: () => new Set(),
    findProblem: (cells) => (cells.every((token) => token === 0) ? 'Enter something first.' : null),
    check: (_question, answer, known) => compareWithKnown(answer, known),
  };
}
