// The names of an own domain's tokens: those declared, or those that the files hold.

import {
  mostDeclaredTokens,
  paddingName,
  type TokensBuild,
  textStyleOf,
} from '../../common/config/dataset-tokens.ts';
import { UserError } from '../../common/errors.ts';
import { IGNORED_TOKEN, layoutOfNames, type TokenLayout } from '../../common/puzzles/tokens/layout.ts';

export interface TokenNames {
  layout: TokenLayout;
  /** The names in the order of their numbers, the padding first. Call it when all files are read. */
  finish(): { names: string[]; numbers: Uint8Array };
}

/** `numbers` of `finish` gives each number that the layout gave its last one. */
export function createTokenNames(build: TokensBuild): TokenNames {
  const { rows, columns, tokens, tokensFromData } = build;
  const size = { rows, columns, style: textStyleOf(build) };
  if (tokensFromData) return collectNames(size, build.trainFile);
  const names = [paddingName, ...tokens];
  return {
    layout: layoutOfNames(names, size),
    finish: () => ({ names, numbers: Uint8Array.from({ length: 256 }, (_, token) => token) }),
  };
}

/** Numbers names as they come, and at the end anew in alphabetical order, whatever the order of the rows. */
function collectNames(size: Pick<TokenLayout, 'rows' | 'columns' | 'style'>, path: string): TokenNames {
  const numbers = new Map<string, number>();
  const add = (name: string): number | undefined => {
    if (name === '' || name === paddingName) return undefined;
    if (numbers.size === mostDeclaredTokens) throw tooManyNames(path);
    numbers.set(name, numbers.size + 1);
    return numbers.size;
  };
  return {
    layout: {
      ...size,
      tokenOf: (name) => numbers.get(name) ?? add(name),
      isName: (sign) => !/\s/.test(sign) && !(sign === '/' && size.rows > 1),
      describeNames: () => `any name but ${paddingName}, not empty`,
    },
    finish: () => {
      const names = [paddingName, ...[...numbers.keys()].sort()];
      const renumbered = new Uint8Array(256);
      renumbered[IGNORED_TOKEN] = IGNORED_TOKEN;
      for (const [token, name] of names.entries()) renumbered[numbers.get(name) ?? 0] = token;
      return { names, numbers: renumbered };
    },
  };
}

function tooManyNames(path: string): UserError {
  return new UserError({
    what: 'The files hold too many different tokens',
    where: path,
    found: `more than ${mostDeclaredTokens}`,
    expected: `at most ${mostDeclaredTokens}`,
    remedy: 'declare the tokens, or set text to words where tokens are words',
  });
}
