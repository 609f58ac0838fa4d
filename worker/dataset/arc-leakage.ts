// Whether answers of tested ARC tasks are learned: the same task under its id or with the same pairs in another subset
// (ARC-AGI-2's training set holds most of ARC-AGI-1's evaluation set), or single test pairs. Exact comparisons only.

import type { LeakageCheck } from '../../common/dataset-card.ts';

/** A group of the training split: the pairs of one task, as `pairKey` names them. */
export interface LearnedTask {
  id: string;
  pairs: string[];
}

/** A group of the test split. */
export interface TestedTask {
  id: string;
  testPairs: string[];
}

export interface ArcLeakage {
  checks: LeakageCheck[];
  /** Tested tasks that are also learned whole, with their answers. */
  leakingTasks: string[];
}

export function findArcLeakage(learned: readonly LearnedTask[], tested: readonly TestedTask[]): ArcLeakage {
  const groupsOfId = Map.groupBy(learned, ({ id }) => id);
  const groupsOfPairs = Map.groupBy(learned, ({ pairs }) => keyOf(pairs));
  const learnedPairs = new Set(learned.flatMap(({ pairs }) => pairs));
  const byId: string[] = [];
  const byPairs: string[] = [];
  const byTestPair: string[] = [];
  for (const { id, testPairs } of tested) {
    const groups = groupsOfId.get(id) ?? [];
    // Its own demonstrations are learned as a group too.
    const own = groups.find(({ pairs }) => !testPairs.some((pair) => pairs.includes(pair))) ?? groups[0];
    const whole = groupsOfPairs.get(keyOf([...(own?.pairs ?? []), ...testPairs])) ?? [];
    if (groups.length > 1) byId.push(id);
    if (whole.some((group) => group !== own)) byPairs.push(id);
    if (testPairs.some((pair) => learnedPairs.has(pair))) byTestPair.push(id);
  }
  const check = (name: string, what: string, ids: string[]): LeakageCheck => ({
    name,
    result: `Of ${tested.length} tested tasks, ${ids.length} ${what}${listExamples(ids)}.`,
    passed: ids.length === 0,
  });
  return {
    checks: [
      check(
        'No tested task in another subset, by id',
        'have the id of another task that is learned with its answers',
        byId,
      ),
      check(
        'No tested task in another subset, by its pairs',
        'have the same pairs as another task that is learned with its answers',
        byPairs,
      ),
      check('No test pair among the learned pairs', 'have a test pair that is learned', byTestPair),
    ],
    leakingTasks: [...new Set([...byId, ...byPairs])].sort(),
  };
}

/** ` (a, b, c, …)` with the first five. */
export function listExamples(ids: readonly string[]): string {
  if (ids.length === 0) return '';
  return ` (${ids.toSorted().slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''})`;
}

function keyOf(pairs: readonly string[]): string {
  return pairs.toSorted().join('');
}
