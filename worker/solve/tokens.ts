// Any vocabulary as a domain of the solver: puzzles are read and written by the names of the tokens. There are no rules
// to check an answer by; only where the right answer is known can it be compared.

import { paddingName } from '../../common/config/dataset-tokens.ts';
import type { Vocabulary } from '../../common/dataset-card.ts';
import { UserError } from '../../common/errors.ts';
import { IGNORED_LABEL } from '../../common/labels.ts';
import {
  formatGridText,
  layoutOfNames,
  PADDING_TOKEN,
  readGrid,
} from '../../common/puzzles/tokens/layout.ts';
import type { Domain, Verdict } from './domains.ts';

/** @throws UserError when token 0 of the vocabulary is not the padding */
export function createTokenDomain({ domain, gridRows, gridColumns, tokens }: Vocabulary): Domain {
  requirePadding(domain, tokens);
  const isSingle = (name: string) => [...name].length === 1;
  const style = tokens.slice(1).every(isSingle) ? 'characters' : 'words';
  const layout = layoutOfNames(tokens, { rows: gridRows, columns: gridColumns, style });
  return {
    drawing: 'lines',
    parse(text, number) {
      const grid = readGrid(text, layout, { ignoring: false, ignoredName: '' });
      const problem = 'problem' in grid ? grid.problem : findEmpty(grid.tokens);
      if ('tokens' in grid && problem === null) return Int32Array.from(grid.tokens);
      const { cell, found, expected } = problem ?? { found: 'nothing', expected: 'tokens' };
      throw new UserError({
        what: `Puzzle ${number} is no puzzle of the domain ${domain}`,
        where: cell === undefined ? shorten(text) : `${shorten(text)}, ${cell}`,
        found,
        expected,
        remedy:
          (style === 'words' ? 'give the tokens with spaces between' : 'give one character a token') +
          (gridRows > 1 ? '; rows end with a line end or a slash' : ''),
      });
    },
    format: (cells) => formatGridText(cells, layout, tokens),
    check: (_question, answer, label) => compare(answer, label, gridColumns),
    generate() {
      throw new UserError({
        what: `Puzzles of the domain ${domain} cannot be made here`,
        found: '--generate',
        expected: 'puzzles as text, or a dataset to draw them from',
        remedy: 'leave out --generate: test puzzles of the dataset are then drawn',
      });
    },
  };
}

function requirePadding(domain: string, tokens: readonly string[]): void {
  if (tokens[PADDING_TOKEN] === paddingName) return;
  throw new UserError({
    what: `Puzzles of the domain ${domain} cannot be read or written here`,
    found: `${JSON.stringify(tokens[PADDING_TOKEN])} as token ${PADDING_TOKEN}`,
    expected: `${paddingName}, as in datasets that were built from token grids`,
  });
}

function findEmpty(tokens: Uint8Array): { cell?: string; found: string; expected: string } | null {
  const isEmpty = tokens.every((token) => token === PADDING_TOKEN);
  return isEmpty ? { found: 'no tokens', expected: 'at least one token' } : null;
}

function compare(answer: ArrayLike<number>, label: ArrayLike<number> | undefined, columns: number): Verdict {
  if (label === undefined) return { valid: null, reason: 'the domain has no rules to check an answer by' };
  for (let cell = 0; cell < label.length; cell++) {
    if (label[cell] === IGNORED_LABEL || label[cell] === answer[cell]) continue;
    const place = `row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1}`;
    return { valid: false, reason: `${place} differs from the known answer` };
  }
  return { valid: true };
}

function shorten(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 97)}…`;
}
