// The command line's entry. Everything heavy is loaded by the command that needs it.

import { runCommandLine } from './cli/main.ts';

await runCommandLine(process.argv.slice(2));
