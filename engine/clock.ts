// Times and identifiers as the engine writes them: UTC, sortable as text.

import { randomInt } from 'node:crypto';

export function now(): string {
  return new Date().toISOString();
}

/** `20261123-1712` */
export function timeTag(time: string): string {
  return `${time.slice(0, 10).replaceAll('-', '')}-${time.slice(11, 16).replace(':', '')}`;
}

/** A few random letters and digits, without those that are easily mistaken for others. */
export function randomTag(length = 4): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

/** A text as a part of a file name: lower-case letters and digits with single dashes between, at most 40. */
export function slug(text: string): string {
  const words = text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  return words.replace(/^-+|-+$/g, '') || 'run';
}
