// Every precision by its name: how it writes a graph, and which operator sets beside ONNX's own that needs.

import type { Precision } from '../../../common/config/precision.ts';
import type { GraphMessage } from '../../capture/onnx/schema.ts';
import { toFloat16 } from './float16.ts';
import { RUNTIME_DOMAIN, toInt4Weights } from './int4-weights.ts';
import { toInt8 } from './int8.ts';
import { toInt8Weights } from './int8-weights.ts';

export interface PrecisionForm {
  /** The graph with its weights in this precision; what goes in and comes out stays as it was. */
  rewrite(graph: GraphMessage): GraphMessage;
  otherOpsets?: Record<string, number>;
}

export const precisionForms: Readonly<Record<Precision, PrecisionForm>> = {
  float32: { rewrite: (graph) => graph },
  float16: { rewrite: toFloat16 },
  int8: { rewrite: toInt8 },
  'int8-weights': { rewrite: toInt8Weights },
  'int4-weights': { rewrite: toInt4Weights, otherOpsets: { [RUNTIME_DOMAIN]: 1 } },
};
