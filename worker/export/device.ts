// The device job: times an exported model with limited threads and memory, as a small device has them, and estimates the
// energy of a puzzle.

import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { requireFittingDataset, withKnownIdentifiers } from '../dataset/fit.ts';
import { openDataset } from '../dataset/open.ts';
import type { JobContext } from '../job.ts';
import { readModelFile } from '../solve/model-file.ts';
import { chooseTestPuzzles } from '../solve/puzzles.ts';
import { measureModel } from './measure.ts';
import { estimateEnergy } from './operations.ts';

/** Measures the export in `spec.modelFile` on puzzles of the dataset. */
export async function deviceJob(
  spec: JobSpecOf<'device'>,
  context: JobContext,
): Promise<JobResultOf<'device'>> {
  const { threads, memoryMb, multiplyAddsPerStep, picojoulesPerMultiplyAdd } = spec;
  const { metadata } = await readModelFile(spec.modelFile);
  const { digest, name } = metadata.dataset;
  const trained = { digest, alsoTrainedOn: metadata.alsoTrainedOn };
  const dataset = withKnownIdentifiers(openDataset(spec.datasetFolder), trained);
  try {
    requireFittingDataset(dataset, { ...metadata.sizes, vocabulary: metadata.vocabulary }, name);
    const puzzles = chooseTestPuzzles(dataset, spec.puzzles, 0);
    context.progress('timing in a fresh process', 0, 1, 'settings');
    const options = { threads, memoryMb, puzzles, origin: 'profile', signal: context.signal } as const;
    const figure = await measureModel(spec.modelFile, metadata, options);
    context.progress('timing in a fresh process', 1, 1, 'settings');
    const { steps } = figure;
    const energy =
      steps === null || multiplyAddsPerStep === null
        ? null
        : estimateEnergy(multiplyAddsPerStep, steps, metadata.precision, picojoulesPerMultiplyAdd);
    return { kind: 'device', name: spec.name, figure: { ...figure, energy } };
  } finally {
    dataset.close();
  }
}
