// `trm export` and `trm exports`: models as ONNX files, and weights as files for other programs.

import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import {
  type GraphForm,
  graphForms,
  type Precision,
  precisions,
  variantSuffix,
} from '../../common/config/precision.ts';
import { UserError } from '../../common/errors.ts';
import type { ExportResult, ExportWeightsResult } from '../../common/results.ts';
import { FailureError } from '../failure.ts';
import { describeMeasured, describeVariants } from './exports.ts';
import { formatBytes, formatFacts, formatShare } from './format.ts';
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
  precision: string;
  form: GraphForm;
  batch: string;
  halt: string | undefined;
  'accuracy-puzzles': string | undefined;
  'accuracy-split': 'train' | 'test' | undefined;
  'allowed-accuracy-loss': string | undefined;
  force: boolean;
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
      .option('replace', { type: 'boolean', default: false, describe: 'Replace an export of this name' })
      .option('precision', {
        type: 'string',
        default: 'float32',
        requiresArg: true,
        describe: `How numbers are kept, separated by commas for several files: ${precisions.join(', ')}`,
      })
      .option('form', {
        choices: graphForms,
        default: 'step' as const,
        requiresArg: true,
        describe: 'One supervision step with its carry, or a loop of all of them that halts inside',
      })
      .option('batch', {
        type: 'string',
        default: 'symbolic',
        requiresArg: true,
        describe: 'Puzzles that the graph takes at once: a number, or symbolic for any',
      })
      .option('halt', {
        type: 'string',
        requiresArg: true,
        describe: "Rule by which a puzzle is done; by default the checkpoint's own",
      })
      .option('accuracy-puzzles', {
        type: 'string',
        requiresArg: true,
        describe: 'Puzzles on which the accuracy is held against the checkpoint; 0 for none',
      })
      .option('accuracy-split', {
        choices: ['train', 'test'] as const,
        requiresArg: true,
        describe: 'Split of these puzzles; by default test',
      })
      .option('allowed-accuracy-loss', {
        type: 'string',
        requiresArg: true,
        describe: 'Share of puzzles that the export may lose, 0 to 1; by default 0.01',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Keep an export that loses more than allowed',
      }),
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
    const { parseShare, parseCount, resolveReference } = await import('./values.ts');
    const wanted = parsePrecisions(given.precision);
    if (wanted.length > 1) requireOneFile(outputFile);
    const [{ withEngine }, { runJob }] = await Promise.all([import('./session.ts'), import('./run-job.ts')]);
    const batch = given.batch === 'symbolic' ? null : parseCount('--batch', given.batch);
    const counted = given['accuracy-puzzles'];
    const loss = given['allowed-accuracy-loss'];
    const inputFor = (precision: Precision) => ({
      checkpoint: resolveReference(checkpoint),
      dataset: dataset ?? null,
      // A name alone cannot stand for several.
      name:
        name === undefined || wanted.length === 1
          ? (name ?? null)
          : name + variantSuffix(precision, given.form, batch),
      outputFile: outputFile === undefined ? null : resolve(outputFile),
      weights,
      tolerance: tolerance === undefined ? null : parseShare('--tolerance', tolerance),
      replace,
      precision,
      form: given.form,
      batch,
      halting: given.halt ?? null,
      accuracyPuzzles: counted === undefined ? null : parseCount('--accuracy-puzzles', counted, 0),
      accuracySplit: given['accuracy-split'] ?? null,
      allowedAccuracyLoss: loss === undefined ? null : parseShare('--allowed-accuracy-loss', loss),
      force: given.force,
    });
    await withEngine(options, async (session) => {
      const made: ExportResult[] = [];
      const refusals: FailureError[] = [];
      for (const precision of wanted) {
        try {
          const { job, result } = await runJob(session, 'export', () =>
            session.client.call('export.start', inputFor(precision)),
          );
          session.output.emit({ type: 'result', jobId: job.id, status: job.status, result });
          if (!session.output.json) session.output.say(describeExport(result));
          made.push(result);
        } catch (error) {
          // One that is refused does not keep the others back.
          if (wanted.length === 1 || !(error instanceof FailureError)) throw error;
          refusals.push(error);
        }
      }
      if (made.length > 1 && !session.output.json) session.output.say(`\n${describeVariants(made)}`);
      for (const refusal of refusals.slice(0, -1)) session.output.note(refusal.message);
      const last = refusals.at(-1);
      if (last !== undefined) throw last;
    });
  },
};

/** @throws UserError when one of them is none */
function parsePrecisions(text: string): Precision[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  return names.map((name) => {
    const known = precisions.find((precision) => precision === name);
    if (known !== undefined) return known;
    throw new UserError({
      what: `There is no precision ${JSON.stringify(name)}`,
      where: '--precision',
      found: JSON.stringify(text),
      expected: `some of ${precisions.join(', ')}, separated by commas`,
    });
  });
}

function requireOneFile(outputFile: string | undefined): void {
  if (outputFile === undefined) return;
  throw new UserError({
    what: '--output names one file, and several precisions make several',
    where: '--output',
    found: outputFile,
    expected: 'one --precision with --output, or none of it: the exports then lie in the TRM home',
  });
}

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

export function describeExport(result: ExportResult): string {
  const { checkedPuzzles, maxAbsDifference, tolerance, equalAnswers, precision = 'float32' } = result;
  const allowed = precision === 'float32' ? ` (allowed ${tolerance})` : '';
  return formatFacts([
    ['file', `${result.file} (${formatBytes(result.sizeBytes)}, opset ${result.opset})`],
    [
      'check',
      `largest difference ${maxAbsDifference.toExponential(1)} on ${checkedPuzzles} puzzles${allowed}`,
    ],
    ['equal answers', formatShare(equalAnswers)],
    ...describeMeasured(result),
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
