// The demo: the whole life of a model in a few minutes, through the same calls as every other face of the studio.
// With --json everything for people goes to standard error, and the last line of standard output is one object.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { JobRow } from '../common/api.ts';
import { describeError, UserError } from '../common/errors.ts';
import type { SolvedStep } from '../common/results.ts';
import { describeEvaluation } from './cli/evaluate.ts';
import { reportError, reportUncaught } from './cli/exit-codes.ts';
import { describeExport } from './cli/export.ts';
import { formatDuration, formatFacts, formatShare, formatShareEstimate } from './cli/format.ts';
import { drawPuzzle } from './cli/grids.ts';
import { bold, createOutput, type GlobalOptions, ignoreBrokenPipe } from './cli/output.ts';
import { runJob } from './cli/run-job.ts';
import { type Session, withEngine } from './cli/session.ts';
import { readExperiment } from './config-file.ts';
import { projectFolder } from './paths.ts';

/** Fresh puzzles that are solved, and how many of them are drawn: those that took the most steps. */
const freshPuzzles = 100;
const drawnPuzzles = 3;

async function runDemo(session: Session): Promise<void> {
  const startedMs = performance.now();
  const { client, output } = session;
  const experiment = readExperiment(join(projectFolder, 'configs', 'demo.yaml'));
  const { name, build } = experiment.dataset;
  if (build === undefined) throw new Error('the demo config has no dataset.build');
  const stage = (number: number, title: string) =>
    output.say(`\n${bold(output, `${number} of 5  ${title}`)}`);

  stage(1, 'Build the dataset');
  const replaced = { name, build, replace: true };
  const { result: dataset } = await runJob(session, 'dataset', () => client.call('dataset.build', replaced));
  output.say(`${dataset.trainPuzzles} puzzles for training, ${dataset.testPuzzles} for testing`);

  stage(2, 'Train');
  let runId = '';
  const start = async () => {
    const started = await client.call('run.start', { experiment });
    runId = started.runId;
    return started;
  };
  const whenStopped = () => `trm resume ${runId} goes on, npm run demo begins again`;
  const { job: training, result: trained } = await runJob(session, 'train', start, { whenStopped });
  output.say(`${trained.steps} steps in ${formatDuration(elapsedMs(training))}`);

  stage(3, 'Evaluate on puzzles whose solutions training has not seen');
  const checkpoint = { checkpoint: runId };
  const { result: evaluated } = await runJob(session, 'evaluate', () =>
    client.call('evaluate.start', checkpoint),
  );
  output.say(describeEvaluation(evaluated));

  stage(4, 'Export to ONNX and compare with the trained model');
  const { result: exported } = await runJob(session, 'export', () => client.call('export.start', checkpoint));
  output.say(describeExport(exported));

  stage(5, 'Solve fresh puzzles with ONNX Runtime');
  const { solved, steps } = await solveFresh(session, exported.file);
  const longest = solved.puzzles.toSorted((a, b) => b.steps - a.steps);
  for (const puzzle of longest.slice(0, drawnPuzzles)) {
    const own = steps.filter((step) => step.puzzle === puzzle.puzzle);
    output.say(`\n${drawPuzzle(output, puzzle, own)}`);
  }

  const figures = {
    exactAccuracy: evaluated.exactAccuracy.value,
    exactAccuracyLow: evaluated.exactAccuracy.low,
    exactAccuracyHigh: evaluated.exactAccuracy.high,
    testPuzzles: evaluated.puzzleCount,
    trainingSeconds: elapsedMs(training) / 1000,
    totalSeconds: (performance.now() - startedMs) / 1000,
    onnxMaxAbsDifference: exported.maxAbsDifference,
    puzzlesSolved: solved.puzzlesSolved,
    puzzlesTried: solved.puzzlesTried,
    meanSteps: solved.meanSteps,
    runId,
    onnxFile: exported.file,
  };
  output.say(`\n${bold(output, 'Summary')}`);
  output.say(
    formatFacts([
      [
        'exact accuracy',
        `${formatShareEstimate(evaluated.exactAccuracy)} on ${evaluated.puzzleCount} puzzles`,
      ],
      ['training', formatDuration(elapsedMs(training))],
      ['ONNX', `largest difference ${exported.maxAbsDifference.toExponential(1)}`],
      [
        'fresh puzzles',
        `${solved.puzzlesSolved} of ${solved.puzzlesTried} solved (${formatShare(solved.puzzlesSolved / solved.puzzlesTried)})`,
      ],
      ['total', formatDuration(figures.totalSeconds * 1000)],
      ['next', `trm solve ${runId}-${evaluated.step} --generate --count 5`],
    ]),
  );
  output.emit(figures);
}

async function solveFresh(session: Session, model: string) {
  const steps: SolvedStep[] = [];
  const input = { model, generate: true, count: freshPuzzles };
  const { result } = await runJob(session, 'solve', () => session.client.call('solve.start', input), {
    onEvent: (event) => {
      if (event.type === 'solved-step') steps.push(event.solved);
    },
  });
  return { solved: result, steps };
}

/** From the start of the worker to its end, libraries included. */
function elapsedMs({ startedAt, endedAt }: JobRow): number {
  return startedAt === null || endedAt === null ? 0 : Date.parse(endedAt) - Date.parse(startedAt);
}

function readOptions(): GlobalOptions {
  const booleans = {
    json: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ options: { ...booleans, home: { type: 'string' } } }).values;
  } catch (error) {
    const found = describeError(error).what;
    throw new UserError({
      what: 'The demo does not know this option',
      found,
      expected: '--json, --verbose, --home DIR',
    });
  }
}

async function main(): Promise<void> {
  const report = { json: process.argv.includes('--json'), verbose: process.argv.includes('--verbose') };
  ignoreBrokenPipe();
  reportUncaught(report);
  try {
    const options = readOptions();
    await withEngine(options, runDemo, createOutput(options, false));
  } catch (error) {
    reportError(error, report);
  }
}

await main();
