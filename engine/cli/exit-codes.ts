// How a command ends when something went wrong: the message, and the exit code.

import { describeError, formatErrorDetails, UserError } from '../../common/errors.ts';
import { FailureError } from '../failure.ts';

/** What the user asked to stop has stopped. */
export class InterruptedError extends FailureError {}

const FAULT = 'this is a fault of the program: --verbose shows where it is';

/** Says what went wrong on standard error, with --json also on standard output, and sets the exit code. */
export function reportError(error: unknown, options: { json: boolean; verbose: boolean }): void {
  const isFault = !(error instanceof UserError) && !options.verbose;
  const details = { ...describeError(error), ...(isFault ? { remedy: FAULT } : {}) };
  process.stderr.write(`${formatErrorDetails(details)}\n`);
  if (options.verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ error: details })}\n`);
  process.exitCode = exitCodeOf(error);
}

/** Ends the process in order when something goes wrong where nobody waits for it. */
export function reportUncaught(options: { json: boolean; verbose: boolean }): void {
  process.on('uncaughtException', (error) => {
    reportError(error, options);
    process.exit();
  });
}

/** 2 for what the user gave, 130 for what the user stopped, 1 for everything else. */
function exitCodeOf(error: unknown): number {
  if (error instanceof InterruptedError) return 130;
  return error instanceof UserError && !(error instanceof FailureError) ? 2 : 1;
}
