// The error class for what goes wrong through no fault of the input: a job that fails, an engine that is gone,
// a store that cannot be used. Commands end with exit code 1 for these, and with 2 for other UserErrors.

import { UserError } from '../common/errors.ts';

/** A UserError about a failure rather than about what the user gave. */
export class FailureError extends UserError {}
