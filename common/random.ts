// Seeded random numbers that are the same on every machine. A stream is named by a seed and a path, so that
// any draw of any step can be made again without keeping a generator's state in a checkpoint.

/** A stream of random numbers. */
export interface Random {
  /** A whole number in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1) with 32 random bits. */
  uniform(): number;
  /** A whole number in [0, limit), without bias. `limit` must be in 1 .. 2^32. */
  integer(limit: number): number;
  /** A standard normal number. */
  normal(): number;
  /** Shuffles `items` in place (Fisher-Yates) and returns it. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
  /** A random order of 0 .. length-1. */
  permutation(length: number): Uint32Array;
}

/**
 * The stream named by `seed` and `path`, for example `createRandom(0, 'order', pass)`. Different names give
 * independent streams; the same name always gives the same numbers.
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand); the name is mixed in with MurmurHash3's finalizer.
 */
export function createRandom(seed: number, ...path: (string | number)[]): Random {
  let [a, b, c] = hashName(seed, path);
  let counter = 1;

  function uint32(): number {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    return result >>> 0;
  }
  for (let round = 0; round < 12; round++) uint32();

  function uniform(): number {
    return uint32() / 0x1_0000_0000;
  }
  function integer(limit: number): number {
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= 0x1_0000_0000)) {
      throw new RangeError(`integer(limit): limit must be a whole number in 1 .. 2^32, got ${limit}`);
    }
    const unbiased = 0x1_0000_0000 - (0x1_0000_0000 % limit);
    let value = uint32();
    while (value >= unbiased) value = uint32();
    return value % limit;
  }
  function normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  }
  function shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let last = items.length - 1; last > 0; last--) {
      const other = integer(last + 1);
      const kept = items[last];
      items[last] = items[other];
      items[other] = kept;
    }
    return items;
  }
  function permutation(length: number): Uint32Array {
    return shuffle(Uint32Array.from({ length }, (_, index) => index));
  }
  return { uint32, uniform, integer, normal, shuffle, permutation };
}

function hashName(seed: number, path: (string | number)[]): [number, number, number] {
  const text = JSON.stringify([seed, ...path]);
  const state: [number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162];
  for (let index = 0; index < text.length; index++) {
    const word = (text.charCodeAt(index) + Math.imul(index + 1, 0x85ebca6b)) | 0;
    state[0] = mix(state[0] ^ word);
    state[1] = mix((state[1] + state[0]) | 0);
    state[2] = mix(state[2] ^ state[1]);
  }
  return state;
}

function mix(value: number): number {
  let word = value ^ (value >>> 16);
  word = Math.imul(word, 0x85ebca6b);
  word ^= word >>> 13;
  word = Math.imul(word, 0xc2b2ae35);
  return word ^ (word >>> 16);
}
