// An error with what a person needs to know about it.

import type { ModelTrouble } from './messages.ts';

export class TroubleError extends Error {
  readonly trouble: ModelTrouble;

  constructor(trouble: ModelTrouble) {
    super(`${trouble.kind}: ${trouble.file}: ${trouble.found}`);
    this.name = 'TroubleError';
    this.trouble = trouble;
  }
}

/** The first line of anything thrown. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 300);
}
