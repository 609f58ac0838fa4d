// Votes of several checkpoints on ARC test inputs, counted together only where that was asked for, and the submission
// file. The figures of a checkpoint's own votes stay as they are.

import { existsSync } from 'node:fs';
import { UserError } from '../../common/errors.ts';
import type { JobResultOf, JobSpecOf } from '../../common/jobs.ts';
import { VoteBook } from '../../common/puzzles/arc/voting.ts';
import type { Dataset } from '../dataset/open.ts';
import { writeFileAtomic } from '../files.ts';
import { measureSharedVotes, submissionText } from './arc-judge.ts';
import { hasVotes } from './judge.ts';

type EvaluateSpec = JobSpecOf<'evaluate'>;

/**
 * The book that all votes of the job go into; undefined where none is needed.
 * @throws UserError when votes or a submission are asked for where there are none, or the file exists already
 */
export function openSharedVotes(spec: EvaluateSpec, dataset: Dataset): VoteBook | undefined {
  const { votesOf = [], submission } = spec;
  if (votesOf.length === 0 && submission === undefined) return undefined;
  if (!hasVotes(dataset, dataset.split(spec.split))) throw noVotes(spec, dataset);
  const folders = [spec.checkpointFolder, ...votesOf];
  const repeated = folders.find((folder, index) => folders.indexOf(folder) !== index);
  if (repeated !== undefined) throw countedTwice(repeated);
  if (submission !== undefined) requireFree(submission);
  return new VoteBook();
}

/** Adds the figures of all votes together, and writes the submission. */
export async function shareVotes(
  result: JobResultOf<'evaluate'>,
  { votesOf = [], submission }: EvaluateSpec,
  dataset: Dataset,
  votes: VoteBook | undefined,
): Promise<JobResultOf<'evaluate'>> {
  if (votes === undefined) return result;
  if (submission !== undefined) {
    requireFree(submission);
    await writeFileAtomic(submission.file, submissionText(dataset, votes));
  }
  if (votesOf.length === 0) return result;
  const together = measureSharedVotes(dataset, votes, votesOf.length + 1);
  return { ...result, puzzleMeasures: { ...result.puzzleMeasures, ...together } };
}

function requireFree({ file, replace }: { file: string; replace: boolean }): void {
  if (replace || !existsSync(file)) return;
  throw new UserError({
    what: 'The submission file exists already',
    where: file,
    expected: 'a file that is free',
    remedy: 'choose another, or replace it with --replace',
  });
}

function countedTwice(folder: string): UserError {
  return new UserError({
    what: 'The votes of a checkpoint would be counted twice',
    where: '--with-votes-of',
    found: folder,
    expected: 'each checkpoint once; the one that is evaluated votes anyway',
    remedy: 'leave it out',
  });
}

function noVotes({ split, votesOf = [] }: EvaluateSpec, dataset: Dataset): UserError {
  const domain = dataset.card?.vocabulary.domain ?? 'an unknown kind';
  return new UserError({
    what: votesOf.length > 0 ? 'There are no votes to count together' : 'There is nothing to submit',
    where: dataset.folder,
    found: `the ${split} split of a dataset of ${domain}`,
    expected: 'the test split of a dataset of arc',
    remedy: 'leave --with-votes-of and --submission out, or choose another dataset',
  });
}
