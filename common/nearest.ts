// Finds the names nearest to one that is unknown, for "did you mean" in error messages.

/**
 * The candidates that `text` may be a slip for, nearest first, at most `limit` of them. A candidate counts when
 * about a third of its letters or fewer differ (swapped neighbours are one difference), or when `text` is so
 * near to its beginning.
 */
export function nearest(text: string, candidates: Iterable<string>, limit = 1): string[] {
  const wanted = text.toLowerCase();
  const scored: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const distance = distanceOf(wanted, candidate.toLowerCase());
    if (distance !== null) scored.push({ candidate, distance });
  }
  scored.sort((left, right) => left.distance - right.distance);
  return scored.slice(0, limit).map(({ candidate }) => candidate);
}

/** A sentence fragment such as `did you mean model.hiddenSize?`, or undefined when nothing is near. */
export function didYouMean(text: string, candidates: Iterable<string>): string | undefined {
  const [candidate] = nearest(text, candidates);
  return candidate === undefined ? undefined : `did you mean ${candidate}?`;
}

function distanceOf(text: string, candidate: string): number | null {
  const toPrefixes = editDistances(text, candidate);
  const whole = toPrefixes.at(-1) ?? 0;
  if (whole <= Math.max(1, Math.ceil(Math.max(text.length, candidate.length) / 3))) return whole;
  const beginning = Math.min(...toPrefixes) + 1;
  return text.length >= 3 && beginning <= Math.ceil(text.length / 3) ? beginning : null;
}

/**
 * Edits that turn one text into each beginning of the other (the last entry: into the whole of it). An edit is a
 * letter put in, left out, replaced, or swapped with its neighbour.
 */
export function editDistances(from: string, to: string): number[] {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) best = Math.min(best, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous;
}
