// `trm hybrid`: a TRM answers, and where it is not sure a helper is asked.

import type { CommandModule } from 'yargs';
import { UserError } from '../../common/errors.ts';
import type { EndpointInput } from '../../common/language-model/endpoint.ts';
import { type EndpointOptions, endpointOptions, readEndpoint } from './endpoint-options.ts';
import type { GlobalOptions } from './output.ts';

interface HybridOptions extends EndpointOptions {
  subject: string;
  dataset: string | undefined;
  helper: string | undefined;
  'wanted-error': string;
  threshold: string | undefined;
  'keep-valid': boolean;
  limit: string;
  seed: string;
  'maximum-steps': string;
  halt: string | undefined;
  weights: 'ema' | 'raw';
}

export const hybridCommand: CommandModule<GlobalOptions, HybridOptions> = {
  command: 'hybrid <subject> [dataset]',
  describe: 'Let a TRM answer first, and an exact solver or a language model where it is not sure',
  builder: (yargs) =>
    endpointOptions(
      yargs
        .positional('subject', {
          type: 'string',
          demandOption: true,
          describe: "The TRM: an export's name, an .onnx file, or a checkpoint: RUN, RUN@STEP, or a folder",
        })
        .positional('dataset', { type: 'string', describe: "By default the TRM's own" })
        .option('helper', {
          type: 'string',
          requiresArg: true,
          describe:
            'solver, or the URL of an endpoint (then --model too); without one it is only told what would be escalated',
        })
        .option('wanted-error', {
          type: 'string',
          default: '0.01',
          requiresArg: true,
          describe:
            'Share of wrong answers among the trusted ones; the threshold is chosen for it on half of the puzzles',
        })
        .option('threshold', {
          type: 'string',
          requiresArg: true,
          describe: 'Trust answers from this halting probability on, instead of choosing it',
        })
        .option('keep-valid', {
          type: 'boolean',
          default: false,
          describe: 'Keep answers that the rules of the domain confirm, however unsure the TRM is',
        })
        .option('limit', {
          type: 'string',
          default: '1000',
          requiresArg: true,
          describe: 'Test puzzles; 0 takes all',
        })
        .option('seed', {
          type: 'string',
          default: '0',
          requiresArg: true,
          describe: 'Seed of the draw and the halves',
        })
        .option('maximum-steps', {
          type: 'string',
          default: '0',
          requiresArg: true,
          describe: 'Supervision steps; 0 as in training',
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
    )
      .example('$0 hybrid sudoku --helper solver --wanted-error 0.01', '')
      .example('$0 hybrid sudoku --helper http://127.0.0.1:11434/v1 --model qwen3:8b', ''),
  async handler({ subject, dataset, ...options }) {
    const { parseCount, parseShare, resolveReference } = await import('./values.ts');
    const { readHalt } = await import('./solve.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const input = {
      model: resolveReference(subject),
      weights: options.weights,
      dataset: dataset ?? null,
      helper: readHelper(options),
      wantedErrorRate: parseShare('--wanted-error', options['wanted-error']),
      threshold: options.threshold === undefined ? null : parseShare('--threshold', options.threshold),
      keepValid: options['keep-valid'],
      count: parseCount('--limit', options.limit, 0),
      seed: parseCount('--seed', options.seed, 0),
      maximumSteps: parseCount('--maximum-steps', options['maximum-steps'], 0),
      halting: readHalt(options.halt),
      dryRun: options['dry-run'],
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'hybrid', () =>
        session.client.call('hybrid.start', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (session.output.json) return;
      const { describeHybrid } = await import('./hybrid-text.ts');
      session.output.say(describeHybrid(result));
    });
  },
};

type HelperInput = { kind: 'none' | 'solver' } | { kind: 'endpoint'; endpoint: EndpointInput };

function readHelper(options: Omit<HybridOptions, 'subject' | 'dataset'>): HelperInput {
  const { helper, endpoint } = options;
  if (helper !== undefined && endpoint !== undefined && helper !== endpoint) {
    throw new UserError({
      what: 'There can be one helper only',
      found: `--helper ${helper} and --endpoint ${endpoint}`,
      expected: '--helper solver, or the URL of an endpoint by one of the two',
    });
  }
  const url = helper ?? endpoint;
  if (url === 'solver') return { kind: 'solver' };
  if (url === undefined && options.model === undefined) return { kind: 'none' };
  return { kind: 'endpoint', endpoint: readEndpoint(options, url) };
}
