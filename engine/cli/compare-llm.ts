// `trm compare-llm`: a language model beside a TRM on the same puzzles.

import type { CommandModule } from 'yargs';
import { type EndpointOptions, endpointOptions, readEndpoint } from './endpoint-options.ts';
import type { GlobalOptions } from './output.ts';

interface CompareOptions extends EndpointOptions {
  subject: string;
  dataset: string | undefined;
  limit: string;
  seed: string;
  'maximum-steps': string;
  halt: string | undefined;
  weights: 'ema' | 'raw';
}

export const compareCommand: CommandModule<GlobalOptions, CompareOptions> = {
  command: 'compare-llm <subject> [dataset]',
  describe: 'Set a language model beside a TRM: same puzzles, same checks, and the published table',
  builder: (yargs) =>
    endpointOptions(
      yargs
        .positional('subject', {
          type: 'string',
          demandOption: true,
          describe: "The TRM: an export's name, an .onnx file, or a checkpoint: RUN, RUN@STEP, or a folder",
        })
        .positional('dataset', { type: 'string', describe: "By default the TRM's own" })
        .option('limit', {
          type: 'string',
          default: '50',
          requiresArg: true,
          describe: 'Test puzzles; 0 takes all',
        })
        .option('seed', { type: 'string', default: '0', requiresArg: true, describe: 'Seed of the draw' })
        .option('maximum-steps', {
          type: 'string',
          default: '0',
          requiresArg: true,
          describe: 'Supervision steps of the TRM; 0 as in training',
        })
        .option('halt', {
          type: 'string',
          requiresArg: true,
          describe: "Halting rule; by default the model's own",
        })
        .option('weights', {
          choices: ['ema', 'raw'] as const,
          default: 'ema' as const,
          requiresArg: true,
          describe: 'Averaged or raw weights of a checkpoint',
        }),
    ).example('$0 compare-llm sudoku --endpoint http://127.0.0.1:11434/v1 --model qwen3:8b --limit 20', ''),
  async handler({ subject, dataset, ...options }) {
    const { parseCount, resolveReference } = await import('./values.ts');
    const { readHalt } = await import('./solve.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const input = {
      model: resolveReference(subject),
      weights: options.weights,
      dataset: dataset ?? null,
      endpoint: readEndpoint(options, options.endpoint),
      count: parseCount('--limit', options.limit, 0),
      seed: parseCount('--seed', options.seed, 0),
      maximumSteps: parseCount('--maximum-steps', options['maximum-steps'], 0),
      halting: readHalt(options.halt),
      dryRun: options['dry-run'],
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'compare-llm', () =>
        session.client.call('compare-llm.start', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (session.output.json) return;
      const { describeComparison } = await import('./compare-llm-text.ts');
      session.output.say(describeComparison(subject, result));
    });
  },
};
