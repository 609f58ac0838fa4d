// Reads what is stored as JSON inside a column.

import type { z } from 'zod';

/**
 * The stored value, or null when there is none, or when another version of the app wrote it in a form that this
 * one does not know: one such row must not hide all others.
 */
export function parseStored<Schema extends z.ZodType>(
  schema: Schema,
  text: string | null,
): z.output<Schema> | null {
  if (text === null) return null;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
