// `trm dataset verify`: checks a dataset anew and shows what each check found.

import type { CommandModule } from 'yargs';
import type { VerifyResult } from '../../common/results.ts';
import { formatDuration, formatFacts } from './format.ts';
import type { GlobalOptions } from './output.ts';

interface VerifyOptions extends GlobalOptions {
  dataset: string;
  sample: string;
  quick: boolean;
  rebuild: boolean;
}

export const verifyCommand: CommandModule<GlobalOptions, VerifyOptions> = {
  command: 'verify <dataset>',
  describe: 'Check a dataset anew, trusting nothing that its card says; exit code 1 when a check fails',
  builder: (yargs) =>
    yargs
      .positional('dataset', { type: 'string', demandOption: true, describe: 'The dataset, or its folder' })
      .option('sample', {
        type: 'string',
        default: '0',
        requiresArg: true,
        describe: 'Puzzles of each split that are solved; 0 solves all',
      })
      .option('quick', { type: 'boolean', default: false, describe: 'Compare checksums only' })
      .option('rebuild', {
        type: 'boolean',
        default: false,
        describe: 'Build it again in a temporary folder and compare',
      })
      .example('$0 dataset verify sudoku-extreme --sample 2000', ''),
  async handler({ dataset, sample, quick, rebuild, ...options }) {
    const { parseCount, resolveReference } = await import('./values.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const sampleSize = parseCount('--sample', sample, 0);
    const input = { dataset: resolveReference(dataset), sampleSize, quick, rebuild };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'verify', () =>
        session.client.call('dataset.verify', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (!session.output.json) session.output.say(describeVerification(result));
      if (!result.passed) process.exitCode = 1;
    });
  },
};

/** A line a check, then the verdict. */
export function describeVerification({ name, digest, checks, elapsedMs }: VerifyResult): string {
  const failed = checks.filter((check) => !check.passed).length;
  const verdict =
    failed === 0
      ? `${name}: all ${checks.length} checks passed`
      : `${name}: ${failed} of ${checks.length} checks failed; build the dataset again, or fetch it again`;
  return [
    formatFacts(
      checks.map((check) => [`${check.passed ? 'passed' : 'FAILED'}  ${check.name}`, check.result]),
    ),
    formatFacts([
      ['digest', digest ?? 'not known'],
      ['time', formatDuration(elapsedMs)],
    ]),
    verdict,
  ].join('\n');
}
