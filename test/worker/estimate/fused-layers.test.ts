// Fused layers in an estimate: the same work as the operations that they stand for, and memory of their own.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type * as tf from '@tensorflow/tfjs-core';
import { fusedKernel } from '../../../worker/capture/fused.ts';
import type { Graph, GraphNode } from '../../../worker/capture/graph.ts';
import type { TensorSpecification } from '../../../worker/capture/program.ts';
import { recordProgram } from '../../../worker/capture/record.ts';
import type { FusedLayer } from '../../../worker/estimate/fused-layers.ts';
import { fusedLayerOf, matrixProductsIn } from '../../../worker/estimate/fused-layers.ts';
import { createFusedScratch, leasesOf } from '../../../worker/estimate/fused-scratch.ts';
import { kernelClassOf } from '../../../worker/estimate/kernel-classes.ts';
import { estimateHostMemory, recordGraphs } from '../../../worker/estimate/memory.ts';
import { flopsOf, type KernelNode } from '../../../worker/estimate/work.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { tinyExperiment } from '../tiny-experiment.ts';

before(() => startRuntime());

const sizes = { vocabularySize: 6, sequenceLength: 16, puzzleIdentifierCount: 1 };

function graphsOf(model: Record<string, unknown>, fusedLayers: boolean, recompute: 'on' | 'off' = 'off') {
  const experiment = tinyExperiment({ recompute });
  const specification = { ...experiment.model, ...model, ...sizes } as typeof experiment.model & typeof sizes;
  return { specification, ...recordGraphs(experiment, specification, 20, { fusedLayers }) };
}

function flopsIn(graph: Graph): number {
  return graph.nodes.reduce(
    (sum, node) => matrixProductsIn(graph, node).reduce((total, each) => total + flopsOf(each), sum),
    0,
  );
}

function fusedNodes(graph: Graph): [KernelNode, FusedLayer][] {
  return graph.nodes.flatMap((node: GraphNode): [KernelNode, FusedLayer][] => {
    const layer = fusedLayerOf(graph, node);
    return node.kind === 'kernel' && layer !== null ? [[node, layer]] : [];
  });
}

const mixers = [
  { mixer: 'mlp', hiddenSize: 32 },
  { mixer: 'attention', hiddenSize: 32, heads: 4, positions: 'rope' },
];

test('forward, fused layers multiply as much as the operations that they stand for', () => {
  for (const model of mixers) {
    const [fused, plain] = [true, false].map((allow) => graphsOf(model, allow).evaluation) as [Graph, Graph];
    assert.ok(fusedNodes(fused).length > 0);
    assert.deepEqual(fusedNodes(plain), []);
    assert.equal(flopsIn(fused), flopsIn(plain));
  }
});

test('a gradient multiplies twice as much, and where asked makes again all but the last product', () => {
  for (const model of mixers) {
    const plain = graphsOf(model, false).training;
    const [fused, kept] = (['on', 'off'] as const).map(
      (recompute) => graphsOf(model, true, recompute).training,
    ) as [Graph, Graph];
    const repeated = fusedNodes(fused).reduce((sum, [, { kernel, items, width, inner, tokens }]) => {
      if (kernel === 'SwigluLayerGradient') return sum + 2 * items * width * 2 * inner;
      if (kernel === 'AttentionLayerGradient')
        return sum + 2 * items * width * 3 * inner + 2 * 2 * items * tokens * inner;
      return sum;
    }, 0);
    assert.ok(repeated > 0);
    assert.equal(flopsIn(fused), flopsIn(plain) + repeated);
    const scores = fusedNodes(kept).reduce((sum, [, { kernel, items, tokens, inner }]) => {
      return kernel === 'AttentionLayerGradient' ? sum + 2 * items * tokens * inner : sum;
    }, 0);
    assert.equal(flopsIn(kept), flopsIn(plain) + scores);
  }
});

function layerIn(name: string, shapes: number[][], attributes: tf.NamedAttrMap) {
  const inputs = shapes.map((shape, index) => [
    `${index}`,
    { shape, type: 'float32' } satisfies TensorSpecification,
  ]);
  const graph = recordProgram({
    state: {},
    inputs: Object.fromEntries(inputs),
    run: (_, tensors) => ({
      state: {},
      rowUpdates: {},
      outputs: {
        y: fusedKernel(name as FusedLayer['kernel'], Object.values(tensors), attributes)[0] as tf.Tensor,
      },
    }),
  });
  const [found] = fusedNodes(graph);
  assert.ok(found);
  return { graph, node: found[0], layer: found[1] };
}

test('a layer is described by its shapes, whichever axis it mixes', () => {
  const weights = [
    [48, 5],
    [5, 24],
  ];
  const mixed = { kernel: 'SwigluLayer', items: 7, width: 5, inner: 24, tokens: 1, heads: 1, keeps: false };
  const overFeatures = layerIn('SwigluLayer', [[7, 5], ...weights], { featuresFirst: false });
  const overTokens = layerIn('SwigluLayer', [[5, 7], ...weights], { featuresFirst: true });
  assert.deepEqual([overFeatures.layer, overTokens.layer], [mixed, mixed]);
  assert.equal(kernelClassOf(overTokens.graph, overTokens.node), null);
  const attending = layerIn('AttentionLayer', [[12, 8], [24, 8], [8, 8], [], []], {
    heads: 2,
    tokens: 3,
    rotary: false,
  });
  assert.deepEqual(attending.layer, {
    ...{ kernel: 'AttentionLayer', items: 12, width: 8, inner: 8, tokens: 3, heads: 2, keeps: false },
  });
  assert.deepEqual(matrixProductsIn(attending.graph, attending.node), [
    { count: 1, rows: 12, inner: 8, columns: 24 },
    { count: 1, rows: 12, inner: 8, columns: 8 },
    { count: 8, rows: 3, inner: 4, columns: 3 },
    { count: 8, rows: 3, inner: 3, columns: 4 },
  ]);
});

const swiglu: FusedLayer = {
  ...{ kernel: 'SwigluLayerGradient', items: 4096, width: 96, inner: 256, tokens: 1, heads: 1 },
  keeps: false,
};
const attention: FusedLayer = {
  ...{ kernel: 'AttentionLayer', items: 1000, width: 64, inner: 64, tokens: 100, heads: 4 },
  keeps: false,
};
const total = (floats: number[]) => floats.reduce((sum, each) => sum + each, 0);

test('a gradient holds turned weights and eight sums; attention what lies between its passes', () => {
  const weights = 3 * 96 * 256;
  assert.equal(total(leasesOf(swiglu, 3)), 9 * weights);
  assert.deepEqual(leasesOf({ ...swiglu, kernel: 'SwigluLayer' }, 3), []);
  assert.deepEqual(leasesOf(attention, 3), [1000 * 192, 1000 * 64]);
  // Few items give few parts.
  assert.equal(total(leasesOf({ ...swiglu, items: 50 }, 3)), 3 * weights);
});

test('memory of fused layers serves later calls of the same size, and stays', () => {
  const leased = 4 * total(leasesOf(attention, 1));
  const scratch = createFusedScratch(1);
  scratch.begin(attention);
  const first = scratch.bytes();
  scratch.end(attention);
  scratch.begin(attention);
  assert.equal(scratch.bytes(), first);
  scratch.begin(attention);
  assert.equal(scratch.bytes(), first + leased);
  for (let call = 0; call < 2; call++) scratch.end(attention);
  assert.equal(scratch.bytes(), first + leased);
  scratch.begin({ ...attention, items: 500 });
  assert.equal(scratch.bytes(), first + leased + leased / 2);
});

test('a fused step holds less than one that keeps what lies inside of its layers', () => {
  const [fused, plain] = [true, false].map((allow) => {
    const { specification, ...graphs } = graphsOf(
      { mixer: 'mlp', hiddenSize: 256 },
      allow,
      allow ? 'on' : 'off',
    );
    return estimateHostMemory(graphs, specification, 0);
  });
  assert.ok(fused && plain);
  assert.equal(plain.scratchBytes, 0);
  assert.ok(fused.scratchBytes > 0);
  assert.ok(fused.activationsBytes < plain.activationsBytes / 2);
  assert.ok(fused.peakBytes <= fused.reservedPeakBytes);
  assert.equal(fused.parametersBytes, plain.parametersBytes);
});
