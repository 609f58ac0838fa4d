// `trm solve`: solves puzzles with an exported model, and shows the grid after each supervision step.

import { readFileSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { type ExecutionProvider, executionProviders } from '../../common/config/device.ts';
import { explainFileError } from '../../common/file-troubles.ts';
import { parseHaltingRule } from '../../common/halting/rule.ts';
import { haltingCriteria } from '../../common/halting/table.ts';
import type { SolvedPuzzle, SolvedStep, SolveResult } from '../../common/results.ts';
import { formatStrategy, parseStrategy } from '../../common/rollouts/strategy.ts';
import { formatDuration } from './format.ts';
import type { GlobalOptions, Output } from './output.ts';

interface SolveOptions extends GlobalOptions {
  model: string;
  puzzles: string[];
  file: string | undefined;
  dataset: string | undefined;
  generate: boolean;
  count: string;
  seed: string;
  'maximum-steps': string;
  halt: string | undefined;
  confidences: boolean;
  rollouts: string | undefined;
  provider: ExecutionProvider;
  weights: 'ema' | 'raw';
}

/** Up to so many puzzles are drawn step by step; of more, each gets a line. */
const drawnPuzzles = 12;

export const solveCommand: CommandModule<GlobalOptions, SolveOptions> = {
  command: 'solve <model> [puzzles..]',
  describe: 'Solve puzzles with an exported model or a checkpoint',
  builder: (yargs) =>
    yargs
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: "An export's name, an .onnx file, or a checkpoint: RUN, RUN@STEP, RUN@best, or a folder",
      })
      .positional('puzzles', {
        type: 'string',
        array: true,
        default: [],
        describe:
          'Puzzles row by row, . or 0 for the blanks of a Sudoku, # and spaces or . for the cells of a maze; without them ' +
          'test puzzles of the dataset are drawn',
      })
      .option('file', {
        type: 'string',
        requiresArg: true,
        describe: 'File with a puzzle a line, or with mazes; - reads standard input',
      })
      .option('dataset', {
        type: 'string',
        requiresArg: true,
        describe: "Dataset to draw from; by default the model's own",
      })
      .option('generate', {
        type: 'boolean',
        default: false,
        describe: 'Make fresh puzzles that training cannot know',
      })
      .option('count', { type: 'string', default: '1', describe: 'How many puzzles to draw or make' })
      .option('seed', { type: 'string', default: '0', describe: 'Seed of the draw' })
      .option('maximum-steps', {
        type: 'string',
        default: '0',
        describe: 'Supervision steps; 0 as in training',
      })
      .option('halt', {
        type: 'string',
        requiresArg: true,
        describe:
          "When a puzzle is done, such as 'q>=0.9 or stable>=3 and residual<=0.01'; by default the model's own rule. Of " +
          haltingCriteria.map(({ name }) => name).join(', '),
      })
      .option('rollouts', {
        type: 'string',
        requiresArg: true,
        describe:
          "Several chains of each puzzle, such as 'chains=8 noise=0.3' or 'symmetries=8 choose=vote'; trm rollouts compares",
      })
      .option('confidences', {
        type: 'boolean',
        default: false,
        describe: 'With --json: the probability of every token in each step',
      })
      .option('provider', {
        choices: executionProviders,
        default: 'cpu' as const,
        requiresArg: true,
        describe: 'What ONNX Runtime runs the model on',
      })
      .option('weights', {
        choices: ['ema', 'raw'] as const,
        default: 'ema' as const,
        requiresArg: true,
        describe: 'Averaged or raw weights of a checkpoint',
      }),
  async handler({ model, puzzles, file, dataset, generate, ...options }) {
    const { parseCount, resolveReference } = await import('./values.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const input = {
      model: resolveReference(model),
      puzzles,
      ...(file !== undefined && { text: readText(file) }),
      dataset: dataset ?? null,
      generate,
      count: parseCount('--count', options.count),
      seed: parseCount('--seed', options.seed, 0),
      maximumSteps: parseCount('--maximum-steps', options['maximum-steps'], 0),
      weights: options.weights,
      halting: readHalt(options.halt),
      confidences: options.confidences,
      rollouts: options.rollouts === undefined ? null : formatStrategy(parseStrategy(options.rollouts)),
      provider: options.provider,
    };
    await withEngine(options, async (session) => {
      const steps: SolvedStep[] = [];
      const { job, result } = await runJob(
        session,
        'solve',
        () => session.client.call('solve.start', input),
        {
          onEvent: (event) => {
            if (event.type === 'solved-step') steps.push(event.solved);
          },
        },
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (!session.output.json) await showSolved(session.output, result, steps);
    });
  },
};

/** Draws the puzzles with their steps, or lists them where they are many, and sums up. */
async function showSolved(output: Output, result: SolveResult, steps: SolvedStep[]): Promise<void> {
  const { describeVerdict, drawPuzzle } = await import('./grids.ts');
  for (const puzzle of result.puzzles) {
    const own = steps.filter((step) => step.puzzle === puzzle.puzzle);
    output.say(
      result.puzzles.length > drawnPuzzles
        ? describePuzzle(puzzle, describeVerdict(puzzle))
        : `${drawPuzzle(output, puzzle, own, result.drawing)}\n`,
    );
  }
  const { puzzlesSolved, puzzlesTried, meanSteps, elapsedMs } = result;
  const time = `${formatDuration(elapsedMs)} (${(elapsedMs / Math.max(1, puzzlesTried)).toFixed(1)} ms each)`;
  const unchecked = result.puzzles.filter(({ valid }) => valid === null).length;
  const solved =
    unchecked === puzzlesTried
      ? `${unchecked} answered, which nothing can check`
      : `${puzzlesSolved} of ${puzzlesTried} solved`;
  output.say(`${solved}, ${meanSteps.toFixed(2)} steps on average, ${time}`);
}

function describePuzzle({ question, answer, steps }: SolvedPuzzle, verdict: string): string {
  const inLine = (text: string) => text.replaceAll('\n', ' / ');
  return `${inLine(question)}  ${inLine(answer)}  ${steps} steps  ${verdict}`;
}

/** A rule as it was given, after a look whether it is one. */
export function readHalt(text: string | undefined): string | null {
  if (text !== undefined) parseHaltingRule(text, '--halt');
  return text ?? null;
}

/** The text of a file; what its puzzles are depends on the model. */
function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw explainFileError(error, 'Cannot read the puzzles', file);
  }
}
