// The command line `trm`: finds the command, runs it, and turns whatever comes of it into output and an exit
// code: 0 ok, 1 failure, 2 bad input, 130 interrupted.

import yargs from 'yargs';
import { appVersion } from '../version.ts';
import { bundleCommand } from './bundle.ts';
import { compareCommand } from './compare-llm.ts';
import { completeWords } from './completion.ts';
import { configCommand } from './config.ts';
import { datasetCommand } from './dataset.ts';
import { deviceCommand } from './device.ts';
import { doctorCommand } from './doctor.ts';
import { estimateCommand } from './estimate.ts';
import { evaluateCommand } from './evaluate.ts';
import { reportError, reportUncaught } from './exit-codes.ts';
import { exportCommand } from './export.ts';
import { exportsCommand } from './exports.ts';
import { haltingCommand } from './halting.ts';
import { hybridCommand } from './hybrid.ts';
import { importCommand } from './import.ts';
import { jobsCommand } from './jobs.ts';
import { ignoreBrokenPipe } from './output.ts';
import { profileCommand } from './profile.ts';
import { rebuildCommand } from './rebuild.ts';
import { robustnessCommand } from './robustness.ts';
import { rolloutsCommand } from './rollouts.ts';
import { runsCommand } from './runs.ts';
import { serveCommand } from './serve.ts';
import { solveCommand } from './solve.ts';
import { resumeCommand, trainCommand } from './train.ts';
import { transferCommand } from './transfer.ts';
import { explainUsageError, ParserError, readParserKnowledge } from './usage-errors.ts';

/** Runs one command and sets the exit code; never throws. */
export async function runCommandLine(args: string[]): Promise<void> {
  const report = { json: args.includes('--json'), verbose: args.includes('--verbose') };
  ignoreBrokenPipe();
  reportUncaught(report);
  const parser = createParser(args);
  try {
    await parser.parseAsync();
  } catch (error) {
    const explained = error instanceof ParserError ? explainUsageError(error, args) : error;
    reportError(explained, report);
  }
}

function createParser(args: string[]) {
  // The shell asks on behalf of a line that is not complete yet.
  const isCompleting = args.includes('--get-yargs-completions');
  const parser = yargs(args);
  return (
    parser
      .scriptName('trm')
      .locale('en')
      .parserConfiguration({
        'dot-notation': false,
        'parse-numbers': false,
        'parse-positional-numbers': false,
      })
      .usage(
        '$0 <command>\n\nBuilds datasets, trains Tiny Recursion Models on them, evaluates, exports and solves.',
      )
      .option('json', {
        type: 'boolean',
        describe: 'Write JSON for programs on standard output',
        default: false,
      })
      .option('verbose', { type: 'boolean', describe: 'Show worker output and stack traces', default: false })
      .option('home', { type: 'string', describe: 'Folder of datasets, runs and exports', requiresArg: true })
      .command(datasetCommand)
      .command(estimateCommand)
      .command(profileCommand)
      .command(trainCommand)
      .command(resumeCommand)
      .command(runsCommand)
      .command(evaluateCommand)
      .command(transferCommand)
      .command(exportCommand)
      .command(exportsCommand)
      .command(deviceCommand)
      .command(bundleCommand)
      .command(importCommand)
      .command(solveCommand)
      .command(serveCommand)
      .command(haltingCommand)
      .command(rolloutsCommand)
      .command(robustnessCommand)
      .command(hybridCommand)
      .command(compareCommand)
      .command(jobsCommand)
      .command(configCommand)
      .command(doctorCommand)
      .command(rebuildCommand)
      .completion('completion', 'Print the completion script of this shell (bash, zsh)', completeWords)
      .demandCommand(1, 'A command is missing')
      .strict(!isCompleting)
      .help()
      .alias('help', 'h')
      .version(appVersion())
      .wrap(Math.min(110, process.stdout.columns ?? 110))
      .exitProcess(isCompleting)
      // A command must not run because the shell asks what may follow it.
      .middleware(() => (isCompleting ? new Promise<void>(() => {}) : undefined))
      .fail((message, error, usage) => {
        if (isCompleting) return;
        if (error && error.name !== 'YError') throw error;
        throw new ParserError(message ?? error?.message ?? '', readParserKnowledge(parser, usage));
      })
  );
}
