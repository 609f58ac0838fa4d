// Measures answers to mazes beside the comparison with the labels: since hardly any shortest path is the only one, an
// answer can be right without being the one that the search finds first.

import { createAnswerChecker, createMazeCheck } from '../../common/puzzles/maze/check.ts';
import { proportion } from '../../common/statistics.ts';
import type { Judge, JudgeRequest } from './judge.ts';

/** Needs a dataset with a card, which gives the shape. Answers to what is no maze count as wrong. */
export function createMazeJudge({ dataset: { card, folder } }: JudgeRequest): Judge {
  if (card === undefined)
    throw new Error(`the dataset ${folder} has no card that gives the shape of its mazes`);
  const shape = { rows: card.vocabulary.gridRows, columns: card.vocabulary.gridColumns };
  const findFault = createMazeCheck(shape);
  const check = createAnswerChecker(shape);
  let [paths, shortestPaths, answers] = [0, 0, 0];
  return {
    note: ({ inputs, answer }) => {
      answers++;
      const maze = Uint8Array.from(inputs);
      if (findFault(maze) !== undefined) return;
      const verdict = check(maze, answer);
      if (verdict.path) paths++;
      if (verdict.shortest) shortestPaths++;
    },
    finish: () => ({
      'any shortest path': proportion(shortestPaths, answers),
      'any valid path': proportion(paths, answers),
    }),
  };
}
