// `trm export` and `trm exports`: models as ONNX files.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import type { ExportRow } from '../../common/api.ts';
import type { ExportResult } from '../../common/results.ts';
import { formatBytes, formatFacts, formatShare, formatTable, formatTime } from './format.ts';
import type { GlobalOptions } from './output.ts';

interface ExportOptions extends GlobalOptions {
  checkpoint: string;
  dataset: string | undefined;
  name: string | undefined;
  output: string | undefined;
  weights: 'ema' | 'raw';
  replace: boolean;
}

export const exportCommand: CommandModule<GlobalOptions, ExportOptions> = {
  command: 'export <checkpoint>',
  describe: 'Write a checkpoint as an ONNX model, and check that it computes the same',
  builder: (yargs) =>
    yargs
      .positional('checkpoint', {
        type: 'string',
        demandOption: true,
        describe: 'RUN (its best checkpoint), RUN@STEP, RUN@best, RUN@last, or a folder',
      })
      .option('name', {
        type: 'string',
        requiresArg: true,
        describe: 'Name of the export; by default RUN-STEP',
      })
      .option('output', {
        type: 'string',
        requiresArg: true,
        describe: 'File to write; by default in the TRM home',
      })
      .option('weights', {
        choices: ['ema', 'raw'] as const,
        default: 'ema' as const,
        requiresArg: true,
        describe: 'Averaged or raw weights',
      })
      .option('dataset', {
        type: 'string',
        requiresArg: true,
        describe: "Puzzles of the check; by default the run's own",
      })
      .option('replace', { type: 'boolean', default: false, describe: 'Replace an export of this name' }),
  async handler({ checkpoint, dataset, name, output: outputFile, weights, replace, ...options }) {
    const { resolveReference } = await import('./values.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const input = {
      checkpoint: resolveReference(checkpoint),
      dataset: dataset ?? null,
      name: name ?? null,
      outputFile: outputFile === undefined ? null : resolve(outputFile),
      weights,
      replace,
    };
    await withEngine(options, async (session) => {
      const { job, result } = await runJob(session, 'export', () =>
        session.client.call('export.start', input),
      );
      session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
      if (!session.output.json) session.output.say(describeExport(result));
    });
  },
};

export const exportsCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: 'exports',
  describe: 'List exported models',
  async handler(options) {
    const { printCall } = await import('./print-call.ts');
    await printCall(options, 'export.list', {}, describeExports);
  },
};

export function describeExport(result: ExportResult): string {
  const { checkedPuzzles, maxAbsDifference, tolerance, equalAnswers } = result;
  return formatFacts([
    ['file', `${result.file} (${formatBytes(result.sizeBytes)}, opset ${result.opset})`],
    [
      'check',
      `largest difference ${maxAbsDifference.toExponential(1)} on ${checkedPuzzles} puzzles (allowed ${tolerance})`,
    ],
    ['equal answers', formatShare(equalAnswers)],
  ]);
}

function describeExports(exports: ExportRow[]): string {
  if (exports.length === 0) return 'No exports yet. trm export RUN makes one.';
  return formatTable(
    ['export', 'size', 'difference', 'made', 'file'],
    exports.map(({ name, sizeBytes, maxAbsDifference, createdAt, file }) => [
      name,
      formatBytes(sizeBytes),
      maxAbsDifference.toExponential(1),
      formatTime(createdAt),
      file,
    ]),
  );
}
