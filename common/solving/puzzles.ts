// Puzzles as rows of tokens.

export interface TokenPuzzles {
  count: number;
  /** [count, cells] */
  inputs: Int32Array;
  /** [count], rows of the puzzle-embedding table. */
  identifiers: Int32Array;
  /** [count, cells], the known answers; absent where they are not known. */
  labels?: Int32Array | undefined;
}

/** Puzzles given one by one, all with the blank identifier. */
export function joinPuzzles(puzzles: readonly Int32Array[]): TokenPuzzles {
  const inputs = Int32Array.from(puzzles.flatMap((tokens) => Array.from(tokens)));
  return { count: puzzles.length, inputs, identifiers: new Int32Array(puzzles.length) };
}

/** At most `most` puzzles from `first` on. */
export function takePuzzles(
  { count, inputs, identifiers, labels }: TokenPuzzles,
  first: number,
  most: number,
): TokenPuzzles {
  const end = Math.min(first + most, count);
  const cells = inputs.length / count;
  return {
    count: end - first,
    inputs: inputs.slice(first * cells, end * cells),
    identifiers: identifiers.slice(first, end),
    labels: labels?.slice(first * cells, end * cells),
  };
}

/** `count` puzzles: those given, then the last of them again and again. */
export function repeatLast(puzzles: TokenPuzzles, count: number): TokenPuzzles {
  const cells = puzzles.inputs.length / puzzles.count;
  const inputs = new Int32Array(count * cells);
  const identifiers = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const {
      inputs: tokens,
      identifiers: [identifier = 0],
    } = takePuzzles(puzzles, Math.min(row, puzzles.count - 1), 1);
    inputs.set(tokens, row * cells);
    identifiers[row] = identifier;
  }
  return { count, inputs, identifiers };
}
