// How the numbers of an exported model are kept, and which graph it is, as settings and records name them.

import { z } from 'zod';

/**
 * - `float32`: as trained.
 * - `float16`: weights of half the size, computed with in float32.
 * - `int8`: weights of 8 bits and products of 8-bit integers; what goes in is quantised at each product.
 * - `int8-weights`: weights of 8 bits, computed with in float32.
 * - `int4-weights`: weights of 4 bits in blocks, with the operator MatMulNBits of ONNX Runtime.
 */
export const precisions = ['float32', 'float16', 'int8', 'int8-weights', 'int4-weights'] as const;
export const precisionSchema = z.enum(precisions);
export type Precision = z.infer<typeof precisionSchema>;

/** `step` is one supervision step with its carry in and out; `loop` runs all of them and halts inside. */
export const graphForms = ['step', 'loop'] as const;
export const graphFormSchema = z.enum(graphForms);
export type GraphForm = z.infer<typeof graphFormSchema>;

/** Puzzles in a run of the graph; null leaves that open. */
export const fixedBatchSchema = z.number().int().min(1).max(65_536).nullable();

/** What is added to an export's name: nothing for the step graph in float32 with an open batch. */
export function variantSuffix(precision: Precision, form: GraphForm, batch: number | null): string {
  const parts = [
    ...(precision === 'float32' ? [] : [precision]),
    ...(form === 'step' ? [] : [form]),
    ...(batch === null ? [] : [`b${batch}`]),
  ];
  return parts.map((part) => `-${part}`).join('');
}
