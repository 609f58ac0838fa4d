// Parameters of a model by part, and the size of its checkpoints.

import type { EstimateResult } from '../../common/estimate.ts';
import type { Graph } from '../capture/graph.ts';
import { sizeOf } from '../capture/program.ts';
import { parameterShapes } from '../model/parameters.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { isLasting } from '../train/state-names.ts';

/** The first pattern that a parameter's name fits names its part. */
const parts: readonly [RegExp, string][] = [
  [/\.(mlp_t|self_attn)\./, 'mixing of tokens'],
  [/\.mlp\./, 'mixing of features'],
  [/\.(lm_head|q_head)\./, 'heads'],
  [/\.embed_(tokens|pos)\./, 'embeddings'],
];

export function countByPart(specification: ModelSpecification): EstimateResult['parameters'] {
  const counts = { trained: 0, puzzleTable: 0, fixed: 0 };
  const byPart = new Map<string, number>();
  for (const [name, { shape, role }] of parameterShapes(specification)) {
    const count = sizeOf(shape);
    counts[role === 'table' ? 'puzzleTable' : role] += count;
    if (role !== 'trained') continue;
    const part = parts.find(([pattern]) => pattern.test(name))?.[1] ?? 'others';
    byPart.set(part, (byPart.get(part) ?? 0) + count);
  }
  return { ...counts, byPart: [...byPart].map(([part, count]) => ({ part, count })) };
}

/** All lasting state; the file of averages repeats what is not averaged. */
export function checkpointBytes(graph: Graph, specification: ModelSpecification, ema: boolean): number {
  const state = Object.entries(graph.stateSpecifications);
  const lasting = state.reduce(
    (sum, [name, { shape }]) => sum + (isLasting(name) ? 4 * sizeOf(shape) : 0),
    0,
  );
  const { puzzleTable, fixed } = countByPart(specification);
  return lasting + (ema ? 4 * (puzzleTable + fixed) : 0);
}
