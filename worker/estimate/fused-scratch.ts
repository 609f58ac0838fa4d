// The memory that fused layers take for their own work, outside of TensorFlow's allocator (worker/native/pool.cc). It is
// never given back: what a call leaves serves later calls that need just as much.

import type { FusedLayer } from './fused-layers.ts';
import { isAttention, isGradient } from './fused-layers.ts';

/** Floats in a vector register and vectors in a tile (worker/native/simd.h); other processors need less. */
const LANES = 16;
const TILE_VECTORS = 3;
const PANEL = LANES * TILE_VECTORS;
/** worker/native/outer.h and swiglu.cc. */
const PANELS_AT_ONCE = 8;
const GRADIENT_PARTS = 8;
const INNER_BLOCK = 256;

const FLOAT_BYTES = 4;

export interface FusedScratch {
  /** A fused layer starts: it takes memory that lies unused, or new memory. */
  begin(layer: FusedLayer): void;
  /** It ends, and leaves its memory to the next. */
  end(layer: FusedLayer): void;
  /** Memory taken so far. */
  bytes(): number;
}

/** @param threads that may run pieces of fused layers, each with panels of its own */
export function createFusedScratch(threads: number): FusedScratch {
  const unused = new Map<number, number>();
  let leased = 0;
  const panels: number[] = [];

  function lease(floats: number): void {
    const left = unused.get(floats) ?? 0;
    if (left === 0) leased += floats;
    else unused.set(floats, left - 1);
  }

  return {
    begin(layer) {
      leasesOf(layer, threads).forEach(lease);
      for (const [slot, floats] of panelsOf(layer).entries())
        panels[slot] = Math.max(panels[slot] ?? 0, floats);
    },
    end(layer) {
      for (const floats of leasesOf(layer, threads)) unused.set(floats, (unused.get(floats) ?? 0) + 1);
    },
    bytes: () => FLOAT_BYTES * (leased + threads * panels.reduce((sum, floats) => sum + floats, 0)),
  };
}

/** Floats of each piece of memory that a call holds until it ends. */
export function leasesOf(layer: FusedLayer, threads: number): number[] {
  const { kernel, items, width, inner, tokens, heads, keeps } = layer;
  const joined = (isAttention(kernel) ? 3 : 2) * inner;
  const mixed = keeps ? [] : [items * inner];
  if (!isGradient(kernel)) return isAttention(kernel) && !keeps ? [items * joined, ...mixed] : [];
  const turned = [joined * width, inner * width];
  const parts = Math.min(GRADIENT_PARTS, Math.ceil(items / PANEL));
  const downColumns = isAttention(kernel) ? width * padded(inner) : inner * padded(width);
  const sums = repeat(parts, [joined * padded(width), downColumns]);
  if (!isAttention(kernel)) return [...turned, ...sums];
  const ofHeads = repeat(threads, [tokens * padded(inner / heads), tokens * padded(inner / heads)]);
  return [items * joined, ...mixed, items * width, items * inner, ...turned, ...sums, ...ofHeads];
}

/** Floats that each thread keeps for the panels it works on. */
function panelsOf(layer: FusedLayer): number[] {
  const { kernel, width, inner, tokens, heads } = layer;
  const features = PANEL * width;
  if (isAttention(kernel)) return [...attentionPanels(layer), headFloats(tokens, inner / heads)];
  if (!isGradient(kernel)) return [features, PANEL * inner];
  const several = PANELS_AT_ONCE * features;
  const turned = PANELS_AT_ONCE * PANEL * padded(width);
  return [several, several, turned, turned, several, 3 * INNER_BLOCK * PANELS_AT_ONCE * PANEL];
}

function attentionPanels({ kernel, width, inner }: FusedLayer): number[] {
  const widest = PANEL * Math.max(width, inner);
  const joined = PANEL * 3 * inner;
  if (!isGradient(kernel)) return [widest, joined, 0, 0, 0, 0];
  const turned = [padded(width), padded(inner)].map((columns) => PANELS_AT_ONCE * PANEL * columns);
  return [widest, joined, ...turned, PANELS_AT_ONCE * joined, PANELS_AT_ONCE * PANEL * width];
}

/** Of one head's operands in the layouts of its products (worker/native/heads.h). */
function headFloats(tokens: number, headSize: number): number {
  const queries = Math.ceil(tokens / PANEL) * PANEL;
  return 5 * tokens * headSize + queries * (headSize + 2 * tokens + 2 * padded(headSize)) + PANEL * headSize;
}

/** Columns of a sum of outer products: filled up to the tile width that wastes least. */
function padded(columns: number): number {
  const to = (width: number) => Math.ceil(columns / width) * width;
  return Math.min(to(TILE_VECTORS * LANES), to(2 * LANES));
}

function repeat(times: number, sizes: number[]): number[] {
  return Array.from({ length: times }, () => sizes).flat();
}
