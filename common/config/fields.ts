// The kinds of number that configs are made of. Each carries a description and a unit as zod metadata, from
// which forms, command line help and documentation are generated.

import { z } from 'zod';

/** A whole number of at least 1. */
export function count(description: string, unit: string) {
  return z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).meta({ description, unit });
}

/** A whole number of at least 0. */
export function nonNegativeCount(description: string, unit: string) {
  return z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).meta({ description, unit });
}

/** A number from 0 to 1. */
export function share(description: string) {
  return z.number().min(0).max(1).meta({ description, unit: 'share, 0 to 1' });
}

/** A finite number from 0 up to `maximum`. */
export function nonNegative(description: string, unit: string, maximum = 1e6) {
  return z.number().min(0).max(maximum).meta({ description, unit });
}

/** Yes or no. */
export function flag(description: string) {
  return z.boolean().meta({ description });
}
