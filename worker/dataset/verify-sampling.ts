// Which examples a verification looks at, and how it says what was wrong with them.

import { createRandom } from '../../common/random.ts';
import type { SplitName } from './layout.ts';

/** All examples of a split, or `sampleSize` of them (0 means all) drawn at random, always the same, in order. */
export function pickExamples(count: number, sampleSize: number, split: SplitName): Uint32Array {
  if (sampleSize === 0 || sampleSize >= count) {
    return Uint32Array.from({ length: count }, (_, index) => index);
  }
  return createRandom(0, 'verify', split).permutation(count).slice(0, sampleSize).sort();
}

/** `none is wrong`, or how many are with the first three. */
export function describeWrong(wrong: readonly string[]): string {
  if (wrong.length === 0) return 'none is wrong';
  return `${wrong.length} are wrong: ${wrong.slice(0, 3).join('; ')}${wrong.length > 3 ? '; …' : ''}`;
}
