// The one error class for what a user can cause or mend. Its message always says what happened, where,
// what was found, what was expected and what to do; the fields travel between processes.

import { z } from 'zod';

const problemSchema = z.object({
  what: z.string(),
  where: z.string().optional(),
  found: z.string().optional(),
  expected: z.string().optional(),
  remedy: z.string().optional(),
});

export const errorDetailsSchema = problemSchema.extend({
  /** The single faults, where one input has several. */
  problems: z.array(problemSchema).optional(),
});

/** The parts of an error message; each is plain text without a closing full stop. */
export type ErrorDetails = z.infer<typeof errorDetailsSchema>;

/** An error whose cause lies outside the code: input, files, the machine. Shown without a stack trace. */
export class UserError extends Error {
  readonly details: ErrorDetails;

  constructor(details: ErrorDetails, options?: ErrorOptions) {
    super(formatErrorDetails(details), options);
    this.name = 'UserError';
    this.details = details;
  }
}

/** The details as the lines that a terminal and a dialog show: what, then where, found, expected, remedy. */
export function formatErrorDetails(details: ErrorDetails): string {
  const lines = [details.what];
  if (details.where !== undefined) lines.push(`  where:    ${details.where}`);
  if (details.found !== undefined) lines.push(`  found:    ${details.found}`);
  if (details.expected !== undefined) lines.push(`  expected: ${details.expected}`);
  if (details.remedy !== undefined) lines.push(`  to do:    ${details.remedy}`);
  for (const problem of details.problems ?? []) {
    lines.push(
      '',
      ...formatErrorDetails(problem)
        .split('\n')
        .map((line) => `  ${line}`),
    );
  }
  return lines.join('\n');
}

/** The details of anything thrown: a UserError's own, or the plain message of another error. */
export function describeError(error: unknown): ErrorDetails {
  if (error instanceof UserError) return error.details;
  return { what: error instanceof Error ? error.message : String(error) };
}
