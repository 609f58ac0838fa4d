// Reads the values of options: numbers with their bounds, and references that may be paths.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../common/errors.ts';

/** A whole number of at least `minimum`. */
export function parseCount(option: string, text: string, minimum = 1): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
  throw badValue(option, text, `a whole number, at least ${minimum}`);
}

/** A number from 0 to 1. */
export function parseShare(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw badValue(option, text, 'a number, at least 0, at most 1');
}

/** A number that is not negative. */
export function parseNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw badValue(option, text, 'a number, at least 0');
}

/** A reference as the engine takes it: what looks like a path, and is one, is made absolute. */
export function resolveReference(text: string): string {
  return /[\\/]|\.onnx$/.test(text) && existsSync(text) ? resolve(text) : text;
}

function badValue(option: string, text: string, expected: string): UserError {
  return new UserError({
    what: `${option} cannot be ${JSON.stringify(text)}`,
    where: option,
    found: JSON.stringify(text),
    expected,
  });
}
