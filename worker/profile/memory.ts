// Memory of a run over time, from what its operations allocated and gave back.

import type { ProfileResult } from '../../common/profile.ts';
import type { TracedNode } from './step-stats.ts';

/** Points of a timeline at most: as many as a picture of it can show. */
const MOST_POINTS = 200;

type Memory = Pick<ProfileResult['memory'], 'peakBytes' | 'timeline'>;

/** Bytes held by the operations of a run, beside the state; nothing where none were noted. */
export function memoryOf(nodes: readonly Pick<TracedNode, 'allocations'>[], startMicros: number): Memory {
  const changes = nodes.flatMap(({ allocations }) => allocations);
  if (changes.length === 0) return { peakBytes: null, timeline: [] };
  // Of what happens within one microsecond, what is taken comes first: the peak is not understated.
  changes.sort((left, right) => left.micros - right.micros || right.bytes - left.bytes);
  let held = 0;
  const points = changes.map(({ micros, bytes }) => {
    held += bytes;
    return { seconds: Math.max(0, (micros - startMicros) / 1e6), bytes: held };
  });
  const peakBytes = points.reduce((most, { bytes }) => Math.max(most, bytes), 0);
  return { peakBytes, timeline: thinned(points) };
}

/** The highest point of each of so many equal groups of points. */
function thinned<Point extends { bytes: number }>(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, group) =>
    points
      .slice(group * size, (group + 1) * size)
      .reduce((highest, point) => (point.bytes > highest.bytes ? point : highest)),
  );
}
