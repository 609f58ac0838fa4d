// `trm export` and `trm exports`: models as ONNX files, and weights as files for other programs.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import type { ExportRow } from '../../common/api.ts';
import { UserError } from '../../common/errors.ts';
import type { ExportResult, ExportWeightsResult } from '../../common/results.ts';
import { formatBytes, formatFacts, formatShare, formatTable, formatTime } from './format.ts';
import type { GlobalOptions } from './output.ts';

type WeightsFormat = ExportWeightsResult['format'];

interface ExportOptions extends GlobalOptions {
  checkpoint: string;
  dataset: string | undefined;
  name: string | undefined;
  output: string | undefined;
  format: 'onnx' | WeightsFormat;
  weights: 'ema' | 'raw';
  compiled: boolean | undefined;
  tolerance: string | undefined;
  replace: boolean;
}

export const exportCommand: CommandModule<GlobalOptions, ExportOptions> = {
  command: 'export <checkpoint>',
  describe: 'Write a checkpoint as an ONNX model, checked against it, or its weights for other programs',
  builder: (yargs) =>
    yargs
      .positional('checkpoint', {
        type: 'string',
        demandOption: true,
        describe: 'RUN (its best checkpoint), RUN@STEP, RUN@best, RUN@last, or a folder',
      })
      .option('format', {
        choices: ['onnx', 'pt', 'safetensors'] as const,
        default: 'onnx' as const,
        requiresArg: true,
        describe:
          "ONNX model, or weights under the PyTorch reference's names: pt for torch.load, or safetensors",
      })
      .option('compiled', {
        type: 'boolean',
        describe:
          'Names as a compiled model has them (_orig_mod.…), which the reference loads; by default for pt, not for ' +
          'safetensors',
      })
      .option('tolerance', {
        type: 'string',
        requiresArg: true,
        describe:
          "Largest deviation from the trained model, 0 to 1; by default the experiment's export.tolerance",
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
  async handler(given) {
    const {
      checkpoint,
      dataset,
      name,
      output: outputFile,
      format,
      weights,
      compiled,
      tolerance,
      replace,
      ...options
    } = given;
    if (format !== 'onnx') return await exportWeights({ ...given, format });
    requireOnlyFor('compiled', compiled, 'pt or safetensors');
    const { parseShare, resolveReference } = await import('./values.ts');
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const input = {
      checkpoint: resolveReference(checkpoint),
      dataset: dataset ?? null,
      name: name ?? null,
      outputFile: outputFile === undefined ? null : resolve(outputFile),
      weights,
      tolerance: tolerance === undefined ? null : parseShare('--tolerance', tolerance),
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

async function exportWeights(given: ExportOptions & { format: WeightsFormat }): Promise<void> {
  const {
    checkpoint,
    dataset,
    name,
    output: outputFile,
    format,
    weights,
    compiled,
    replace,
    ...options
  } = given;
  requireOnlyFor('dataset', dataset, 'onnx');
  requireOnlyFor('name', name, 'onnx');
  const { resolveReference } = await import('./values.ts');
  const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
  const input = {
    checkpoint: resolveReference(checkpoint),
    format,
    outputFile: outputFile === undefined ? null : resolve(outputFile),
    weights,
    compiled: compiled ?? null,
    replace,
  };
  await withEngine(options, async (session) => {
    const { job, result } = await runJob(session, 'export-weights', () =>
      session.client.call('checkpoint.export', input),
    );
    session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
    if (!session.output.json) session.output.say(describeWeights(result));
  });
}

/** An option of one format only is refused with another, not passed over. */
function requireOnlyFor(option: string, value: unknown, formats: string): void {
  if (value === undefined) return;
  throw new UserError({
    what: `--${option} has no meaning here`,
    found: `--${option}`,
    expected: `--${option} with --format ${formats} only`,
  });
}

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

function describeWeights(result: ExportWeightsResult): string {
  const { file, sizeBytes, format, weights, compiled, tensors, sha256 } = result;
  const names = compiled ? 'model.inner.… after _orig_mod.' : 'model.inner.…';
  return formatFacts([
    ['file', `${file} (${formatBytes(sizeBytes)}, ${format})`],
    ['weights', `${tensors} tensors (${weights}), named ${names}; read back equal bit by bit`],
    ['SHA-256', sha256],
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
