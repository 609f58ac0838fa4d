// The time that a recorded graph takes on a calibrated device: the sum over its operations, each as long as the samples
// nearest to it.

import type { Graph } from '../capture/graph.ts';
import type { Calibration } from './calibration.ts';
import { type FusedLayer, fusedLayerOf, productsInside } from './fused-layers.ts';
import { FUSED_SAMPLES, fusedFlopsOf } from './fused-samples.ts';
import { type KernelClass, kernelClassOf } from './kernel-classes.ts';
import { PRODUCT_PAIRS, productsOf, SAMPLE_ELEMENTS } from './samples.ts';
import { elementsOf, flopsOf, type KernelNode, type MatrixProduct, matrixProductOf } from './work.ts';

/** Samples that a product's speed is averaged from. */
const NEIGHBOURS = 3;

/** Seconds of the operation. */
export function secondsOf(graph: Graph, node: KernelNode, calibration: Calibration): number {
  const layer = fusedLayerOf(graph, node);
  if (layer !== null) return fusedSeconds(layer, calibration);
  const product = matrixProductOf(graph, node);
  if (product !== null) return productSeconds(product, calibration);
  const kernelClass = kernelClassOf(graph, node);
  return kernelClass === null ? 0 : classSeconds(kernelClass, elementsOf(graph, node), calibration);
}

/** Between two sample sizes the time follows a power law; above the largest it grows with the size. */
export function classSeconds(name: KernelClass, elements: number, calibration: Calibration): number {
  const times = calibration.classSeconds[name];
  const last = SAMPLE_ELEMENTS.length - 1;
  if (elements <= SAMPLE_ELEMENTS[0]) return times[0] as number;
  if (elements >= (SAMPLE_ELEMENTS[last] as number)) {
    return ((times[last] as number) * elements) / (SAMPLE_ELEMENTS[last] as number);
  }
  const upper = SAMPLE_ELEMENTS.findIndex((size) => size > elements);
  const [from, to] = [SAMPLE_ELEMENTS[upper - 1] as number, SAMPLE_ELEMENTS[upper] as number];
  const share = Math.log(elements / from) / Math.log(to / from);
  return (times[upper - 1] as number) ** (1 - share) * (times[upper] as number) ** share;
}

/** The speed is that of the samples of the nearest shapes, weighted by their distance; never less than a small call. */
export function productSeconds(product: MatrixProduct, calibration: Calibration): number {
  const overhead = calibration.classSeconds.arithmetic[0] as number;
  return overhead + flopsOf(product) / speedOf(product, calibration);
}

function speedOf(product: MatrixProduct, { productFlops }: Calibration): number {
  const samples = PRODUCT_PAIRS.flatMap((pair, index) =>
    productsOf(pair).map((sample) => ({
      distance: distance(product, sample),
      speed: productFlops[index] as number,
    })),
  );
  return speedOfNearest(samples);
}

/**
 * As for matrix products, from samples of the same kind of layer; where the device has not been timed with fused layers,
 * as long as their products.
 */
export function fusedSeconds(layer: FusedLayer, calibration: Calibration): number {
  const { fusedFlops, classSeconds } = calibration;
  if (fusedFlops === null) {
    return productsInside(layer).reduce((sum, each) => sum + productSeconds(each, calibration), 0);
  }
  const samples = FUSED_SAMPLES.flatMap((sample, index) =>
    sample.kernel === layer.kernel
      ? [{ distance: fusedDistance(layer, sample), speed: fusedFlops[index] as number }]
      : [],
  );
  return (classSeconds.arithmetic[0] as number) + fusedFlopsOf(layer) / speedOfNearest(samples);
}

function speedOfNearest(samples: { distance: number; speed: number }[]): number {
  samples.sort((left, right) => left.distance - right.distance);
  let [weights, logarithms] = [0, 0];
  for (const { distance, speed } of samples.slice(0, NEIGHBOURS)) {
    const weight = 1 / (distance + 0.01) ** 2;
    weights += weight;
    logarithms += weight * Math.log(speed);
  }
  return Math.exp(logarithms / weights);
}

/** Of two shapes: sizes of more than some hundreds make no more difference, batched products are a kind of their own. */
function distance(left: MatrixProduct, right: MatrixProduct): number {
  const along = (name: 'rows' | 'inner' | 'columns') =>
    Math.log(saturate(left[name]) / saturate(right[name])) ** 2;
  const kind = left.count > 1 === right.count > 1 ? 0 : 9;
  return Math.sqrt(along('rows') + along('inner') + along('columns') + kind);
}

function fusedDistance(left: FusedLayer, right: FusedLayer): number {
  const sizes = ['items', 'width', 'inner', 'tokens'] as const;
  return Math.hypot(...sizes.map((name) => Math.log(saturate(left[name]) / saturate(right[name]))));
}

function saturate(size: number): number {
  return Math.min(size, 4096);
}
