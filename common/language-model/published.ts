// Published results of other models on the benchmarks, exact accuracy in percent; of ARC with two tries. None of them
// was measured here.

import { z } from 'zod';

export const benchmarks = ['Sudoku-Extreme', 'Maze-Hard', 'ARC-AGI-1', 'ARC-AGI-2'] as const;

export const publishedResultSchema = z.object({
  model: z.string(),
  /** As published; ? where it is not. */
  parameters: z.string(),
  /** Percent; absent where nothing was published. */
  exact: z.partialRecord(z.enum(benchmarks), z.number()),
  source: z.string(),
});
export type PublishedResult = z.infer<typeof publishedResultSchema>;

const trmPaper = 'TRM paper (arXiv 2510.04871), tables 4 and 5';

function row(
  model: string,
  parameters: string,
  results: readonly (number | null)[],
  source = trmPaper,
): PublishedResult {
  const exact = benchmarks.flatMap((benchmark, index) => {
    const value = results[index] ?? null;
    return value === null ? [] : [[benchmark, value] as const];
  });
  return { model, parameters, exact: Object.fromEntries(exact), source };
}

export const publishedResults: readonly PublishedResult[] = [
  row('TRM-MLP', '5M (19M on Maze and ARC)', [87.4, 0, 29.6, 2.4]),
  row('TRM-Att', '7M', [74.7, 85.3, 44.6, 7.8]),
  row('HRM', '27M', [55, 74.5, 40.3, 5]),
  row('Transformer, direct prediction', '27M', [0, 0, 21, 0]),
  row('DeepSeek R1', '671B', [0, 0, 15.8, 1.3]),
  row('Claude 3.7', '?', [0, 0, 28.6, 0.7]),
  row('o3-mini-high', '?', [0, 0, 34.5, 3]),
  row('Gemini 2.5 Pro 32K', '?', [null, null, 37, 4.9]),
  row('Grok-4-thinking', '1.7T', [null, null, 66.7, 16]),
  row('PTRM', '7M', [98.75], 'arXiv 2605.19943'),
  row('sic, winner-take-all', '7M', [96.9], 'arXiv 2601.19085'),
];

/** The benchmarks whose puzzles are of this domain. */
export function benchmarksOf(domain: string): readonly (typeof benchmarks)[number][] {
  if (domain === 'sudoku') return ['Sudoku-Extreme'];
  if (domain === 'maze') return ['Maze-Hard'];
  return domain === 'arc' ? ['ARC-AGI-1', 'ARC-AGI-2'] : [];
}
