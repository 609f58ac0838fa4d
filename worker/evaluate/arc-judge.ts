// Judges ARC answers: each is cropped, brought back through its augmentation, and counted as a vote for its test
// input. Figures are the mean over tasks of the share of test inputs whose right answer is among the first k.

import { restoreGrid } from '../../common/puzzles/arc/augmentation.ts';
import { cropGrid } from '../../common/puzzles/arc/tokens.ts';
import { makeSubmission, scoreTasks, type TestPuzzles, VoteBook } from '../../common/puzzles/arc/voting.ts';
import type { Estimate } from '../../common/results.ts';
import { mean } from '../../common/statistics.ts';
import { type ArcPuzzles, readArcPuzzles } from '../dataset/arc-puzzles.ts';
import type { Dataset } from '../dataset/open.ts';
import type { Judge, JudgedAnswer, JudgeRequest } from './judge.ts';

/** Numbers of tries that are reported, as in the reference. */
const reportedTries = [1, 2, 5, 10, 100, 1000];

/** A judge with a book of its own; every vote also goes into `sharedVotes`, where that is given. */
export function createArcJudge({ dataset, sharedVotes }: JudgeRequest): Judge {
  const puzzles = readArcPuzzles(dataset);
  const votes = new VoteBook();
  const books = sharedVotes === undefined ? [votes] : [votes, sharedVotes];
  return {
    note: (answer) => {
      // The blank identifier is no task's.
      if (answer.puzzleIdentifier === dataset.metadata.blankIdentifierId) return;
      castVote(books, puzzles, answer);
    },
    finish: () => passRates(votes, testPuzzlesOf(puzzles), ''),
  };
}

/** The figures of votes from several checkpoints, under names that say so. */
export function measureSharedVotes(dataset: Dataset, votes: VoteBook, checkpoints: number) {
  return passRates(votes, testPuzzlesOf(readArcPuzzles(dataset)), `, votes of ${checkpoints} checkpoints`);
}

/** The submission for Kaggle as the text of a JSON file. */
export function submissionText(dataset: Dataset, votes: VoteBook): string {
  return `${JSON.stringify(makeSubmission(votes, testPuzzlesOf(readArcPuzzles(dataset))))}\n`;
}

function castVote(books: readonly VoteBook[], puzzles: ArcPuzzles, judged: JudgedAnswer): void {
  const { task, augmentation } = puzzles.variantOf(judged.puzzleIdentifier);
  const input = restoreGrid(cropGrid(judged.inputs, puzzles.side), augmentation);
  const answer = restoreGrid(cropGrid(judged.answer, puzzles.side), augmentation);
  const haltProbability = 1 / (1 + Math.exp(-judged.haltLogit));
  for (const book of books) book.add(task, input, answer, haltProbability);
}

function testPuzzlesOf({ tasks }: ArcPuzzles): TestPuzzles {
  return new Map(Array.from(tasks, ([id, { test }]) => [id, test]));
}

function passRates(votes: VoteBook, puzzles: TestPuzzles, suffix: string): Record<string, Estimate> {
  return Object.fromEntries(
    reportedTries.map((tries) => [`pass@${tries}${suffix}`, mean(scoreTasks(votes, puzzles, tries), 0, 1)]),
  );
}
