// A value that is used only once another is there. Gradients that compute something again, instead of keeping it, ask
// so for what they begin with: else a graph's optimizer would find that it has been computed before, and keep it.

import * as tf from '@tensorflow/tfjs-core';
import type { GraphNode, ValueReference } from './graph.ts';

export const VALUE_AFTER = 'ValueAfter';

/** x for work that must not begin before `awaited` is there. Outside of recordings nothing begins early: it is x. */
export function valueAfter<Kind extends tf.Tensor>(x: Kind, awaited: tf.Tensor): Kind {
  if (tf.getKernel(VALUE_AFTER, tf.getBackend()) === undefined) return x;
  return tf.engine().runKernel(VALUE_AFTER, { x, awaited }) as Kind;
}

/** The inputs that a node's outputs are made of: all but what it only waits for. */
export function valueInputs(node: GraphNode): ValueReference[] {
  return isValueAfter(node) ? node.inputs.slice(0, 1) : node.inputs;
}

/** What a node waits for without using it. */
export function awaitedInputs(node: GraphNode): ValueReference[] {
  return isValueAfter(node) ? node.inputs.slice(1) : [];
}

function isValueAfter(node: GraphNode): boolean {
  return node.kind === 'kernel' && node.kernel === VALUE_AFTER;
}
