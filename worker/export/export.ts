// The export job: writes a checkpoint as an ONNX model, opens the written file with ONNX Runtime, compares it with
// the trained model on real puzzles, and only then puts it in place.

import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { UserError } from '../../common/errors.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import type { NamedArrays } from '../capture/program.ts';
import { type Checkpoint, loadCheckpoint } from '../checkpoint/load.ts';
import { requireFittingDataset, withKnownIdentifiers } from '../dataset/fit.ts';
import { openDataset } from '../dataset/open.ts';
import { writeFileAtomic } from '../files.ts';
import { type JobContext, throwIfCancelled } from '../job.ts';
import { openModel, openModelBytes } from '../solve/model.ts';
import { decodeModelFile } from '../solve/model-file.ts';
import { chooseTestPuzzles } from '../solve/puzzles.ts';
import { type Agreement, measureAgreement } from './agreement.ts';
import { encodeCheckpoint } from './encode.ts';
import { countMultiplyAdds } from './operations.ts';
import { type Measured, measureExport, type Source } from './validate.ts';

/** Latents lie before the last layer and are no logits: their rounding is larger, a mistake in them far larger still. */
const LATENT_ALLOWANCE = 10;

type ExportSpec = JobSpecOf<'export'>;

/** A protocol buffer holds at most 2 GiB; what is not weights takes far less than the rest. */
const MOST_WEIGHT_BYTES = 2 ** 31 - 2 ** 24;

/** Exports the checkpoint in `spec.checkpointFolder` to `spec.outputFile`. Needs a running tfjs backend. */
export async function exportJob(spec: ExportSpec, context: JobContext): Promise<JobResultOf<'export'>> {
  const startedMs = performance.now();
  const { outputFile, opset, tolerance } = spec;
  if (!spec.replace) await requireFree(outputFile);
  const checkpoint = await loadCheckpoint(spec.checkpointFolder);
  const weights = await readWeights(checkpoint, spec.weights);
  const dataset = withKnownIdentifiers(openDataset(spec.datasetFolder), checkpoint.dataset);
  try {
    requireFittingDataset(dataset, checkpoint.dataset, checkpoint.dataset.name);
    context.progress('writing the graph', 0, 1, 'graphs');
    const bytes = encodeCheckpoint(checkpoint, weights, spec);
    context.progress('writing the graph', 1, 1, 'graphs');
    const source = { checkpoint, weights, dataset };
    const { agreement, ...measured } = await writeChecked(bytes, source, spec, context);
    return {
      kind: 'export',
      file: outputFile,
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      opset,
      ...agreement,
      checkedPuzzles: Math.min(spec.checkPuzzles, dataset.split('test').exampleCount),
      tolerance,
      elapsedMs: performance.now() - startedMs,
      ...(spec.validation && {
        precision: spec.precision ?? 'float32',
        form: spec.form ?? 'step',
        batch: spec.batch ?? null,
        multiplyAddsPerStep: countMultiplyAdds(checkpoint.specification),
        ...measured,
      }),
    };
  } finally {
    dataset.close();
  }
}

async function requireFree(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new UserError({
    what: 'The output file exists already',
    where: path,
    expected: 'a file that is not there yet',
    remedy: 'choose another name, or ask for the old one to be replaced',
  });
}

async function readWeights(checkpoint: Checkpoint, kind: 'ema' | 'raw'): Promise<NamedArrays> {
  const weights = [...(await checkpoint.weights(kind))].map(([name, { values }]) => [name, values] as const);
  const bytes = weights.reduce((total, [, values]) => total + values.byteLength, 0);
  if (bytes <= MOST_WEIGHT_BYTES) return Object.fromEntries(weights);
  throw new UserError({
    what: 'The model is too large for an ONNX file',
    where: checkpoint.folder,
    found: `${bytes} bytes of weights`,
    expected: `at most ${MOST_WEIGHT_BYTES}`,
    remedy: 'train a smaller model, or one for a dataset with fewer puzzle identifiers',
  });
}

/** Writes the file beside its place, measures it there, and puts it in place when it is as good as the trained model. */
async function writeChecked(
  bytes: Uint8Array,
  source: Source,
  spec: ExportSpec,
  context: JobContext,
): Promise<{ agreement: Agreement } & Measured> {
  let found: ({ agreement: Agreement } & Measured) | undefined;
  await writeFileAtomic(spec.outputFile, bytes, async (writtenFile) => {
    const agreement = await checkAgreement(writtenFile, source, spec, context);
    found = { agreement, ...(await measureExport(writtenFile, source, spec, context)) };
  });
  if (found === undefined) throw new Error('the export was put in place unchecked');
  return found;
}

/** Holds the steps of the file against those of the trained model; of a self-contained graph, the steps inside it. */
async function checkAgreement(
  writtenFile: string,
  { checkpoint, weights, dataset }: Source,
  spec: ExportSpec,
  context: JobContext,
): Promise<Agreement> {
  const puzzles = chooseTestPuzzles(dataset, spec.checkPuzzles, 0);
  const model =
    spec.form === 'loop'
      ? await openModelBytes(
          decodeModelFile(encodeCheckpoint(checkpoint, weights, { ...spec, form: 'step' }), writtenFile),
          writtenFile,
        )
      : await openModel(writtenFile);
  try {
    const agreement = await measureAgreement(model, puzzles, {
      specification: checkpoint.specification,
      weights,
      maximumSteps: checkpoint.experiment.halting.maximumSteps,
      executor: checkpoint.experiment.training.executor,
      onStep(done, total) {
        throwIfCancelled(context.signal);
        context.progress('comparing with the trained model', done, total, 'steps');
      },
    });
    // Fewer bits deviate by their nature: what counts of them is the accuracy.
    if ((spec.precision ?? 'float32') === 'float32') requireAgreement(agreement, puzzles.count, spec);
    return agreement;
  } finally {
    await model.close();
  }
}

function requireAgreement(
  agreement: Agreement,
  puzzleCount: number,
  { outputFile, tolerance }: ExportSpec,
): void {
  const { maxAbsDifference, maxAbsLatentDifference, equalAnswers } = agreement;
  if (maxAbsDifference <= tolerance && maxAbsLatentDifference <= LATENT_ALLOWANCE * tolerance) return;
  throw new UserError({
    what: 'The exported model deviates from the trained one, so it was not put in place',
    where: outputFile,
    found:
      `logits off by up to ${maxAbsDifference.toPrecision(3)} and latents by up to ` +
      `${maxAbsLatentDifference.toPrecision(3)} on ${puzzleCount} puzzles, ` +
      `with ${(100 * equalAnswers).toFixed(1)} % equal answers`,
    expected: `logits within ${tolerance} (export.tolerance), latents within ten times that`,
    remedy: 'export with a higher --tolerance if the difference does not matter to you',
  });
}
