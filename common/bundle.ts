// What an edge bundle says of its models: the `vocabulary.json` that its runners and its web app read. Everything that
// is needed to run a model outside the studio stands there, so that nobody has to read the metadata inside an ONNX file.

import { z } from 'zod';
import type { Estimate } from './results.ts';

/** As in results.ts, whose other schemas a web app can do without. */
const estimateSchema: z.ZodType<Estimate> = z.strictObject({
  value: z.number(),
  low: z.number(),
  high: z.number(),
});

/** A halting rule as a tree, for programs without the parser of its text. */
export type RuleTree =
  | { criterion: string; comparison: '>=' | '<=' | null; bound: number }
  | { all: RuleTree[] }
  | { any: RuleTree[] };

export const ruleTreeSchema: z.ZodType<RuleTree> = z.lazy(() =>
  z.union([
    z.strictObject({
      criterion: z.string(),
      comparison: z.enum(['>=', '<=']).nullable(),
      bound: z.number(),
    }),
    z.strictObject({ all: z.array(ruleTreeSchema).min(1) }),
    z.strictObject({ any: z.array(ruleTreeSchema).min(1) }),
  ]),
);

const tokensSchema = z.array(z.number().int().min(0));

export const bundleExampleSchema = z.strictObject({
  /** What people may call it: a number, or the id of an ARC task. */
  name: z.string(),
  /** Row of the puzzle-embedding table. */
  identifier: z.number().int().min(0),
  /** [cells] */
  puzzle: tokensSchema,
  /** The known answer, [cells]; null where it is left to the rules. */
  answer: tokensSchema.nullable(),
  /** Of an ARC task: inputs and outputs that show what it asks for, each [cells]. */
  demonstrations: z.array(z.strictObject({ input: tokensSchema, output: tokensSchema })),
});
export type BundleExample = z.infer<typeof bundleExampleSchema>;

export const bundleAccuracySchema = z.strictObject({
  exactAccuracy: estimateSchema,
  puzzleCount: z.number().int(),
  split: z.enum(['train', 'test']),
  /** Of the file itself, or of the weights as trained, from which the precision of the file differs. */
  of: z.enum(['file', 'trained weights']),
  /** The rule that puzzles halted by when it was measured; null where each had all steps. */
  halting: z.string().nullable(),
});
export type BundleAccuracy = z.infer<typeof bundleAccuracySchema>;

export const bundleModelSchema = z.strictObject({
  name: z.string().min(1),
  /** Relative to the bundle's root. */
  file: z.string().min(1),
  sizeBytes: z.number().int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** How its numbers are kept, such as `int8`. */
  precision: z.string(),
  task: z.string().nullable(),
  domain: z.string(),
  gridRows: z.number().int().min(1),
  gridColumns: z.number().int().min(1),
  /** `tokens[t]` is the meaning of token t. */
  tokens: z.array(z.string()).min(2),
  /** The characters that stand for each token in texts, the one that is written first; null where tokens are words. */
  characters: z.array(z.string().min(1)).nullable(),
  /** The names of the latents, the answer first, and their shape without the batch. */
  latents: z.strictObject({
    names: z.array(z.string()).min(1),
    tokens: z.number().int().min(1),
    hidden: z.number().int().min(1),
  }),
  puzzleIdentifierCount: z.number().int().min(1),
  /** How logits become probabilities. */
  tokenDistribution: z.enum(['stablemax', 'softmax']),
  maximumSteps: z.number().int().min(1),
  /** When a puzzle is done, as text and as a tree. */
  halting: z.string(),
  haltingRule: ruleTreeSchema,
  /** Exact accuracy with its 95 % interval; null where it was not measured. */
  accuracy: bundleAccuracySchema.nullable(),
  examples: z.array(bundleExampleSchema),
  /** Where the examples come from, and under which licence. */
  examplesSource: z.string().nullable(),
});
export type BundleModel = z.infer<typeof bundleModelSchema>;

export const bundleSchema = z.strictObject({
  format: z.literal('trm-bundle/1'),
  models: z.array(bundleModelSchema).min(1),
});
export type Bundle = z.infer<typeof bundleSchema>;

/** Where the parts of a bundle lie. */
export const bundlePlaces = {
  vocabulary: 'vocabulary.json',
  card: 'card.json',
  cardText: 'MODEL_CARD.md',
  runners: 'runners',
  models: 'models',
  web: 'web',
  /** ONNX Runtime for the web, where it was asked for. */
  runtime: 'web/runtime',
} as const;

/**
 * The files of onnxruntime-web that a bundle needs, by what runs the model. The WebAssembly files also serve where
 * WebGPU is missing or fails. Names end in .js here: not every static server takes .mjs for JavaScript.
 */
export const webRuntimeFiles = {
  wasm: {
    script: 'ort.wasm.min.js',
    loader: 'ort-wasm-simd-threaded.js',
    binary: 'ort-wasm-simd-threaded.wasm',
  },
  webgpu: {
    script: 'ort.webgpu.min.js',
    loader: 'ort-wasm-simd-threaded.asyncify.js',
    binary: 'ort-wasm-simd-threaded.asyncify.wasm',
  },
} as const;
export type WebProvider = keyof typeof webRuntimeFiles;

export const bundledFileSchema = z.object({
  /** Inside the archive. */
  path: z.string(),
  sizeBytes: z.number().int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type BundledFile = z.infer<typeof bundledFileSchema>;

/** The `card.json` of a bundle; `MODEL_CARD.md` says the same in words. */
export const bundleCardSchema = z.strictObject({
  format: z.literal('trm-model-card/1'),
  name: z.string(),
  task: z.string().nullable(),
  data: z.strictObject({
    name: z.string(),
    digest: z.string(),
    source: z.string().nullable(),
    licence: z.string().nullable(),
  }),
  training: z.strictObject({
    variant: z.string(),
    step: z.number().int(),
    weights: z.enum(['ema', 'raw']),
    madeWith: z.string(),
  }),
  models: z.array(
    bundleModelSchema.pick({
      name: true,
      file: true,
      sizeBytes: true,
      sha256: true,
      precision: true,
      accuracy: true,
      halting: true,
      maximumSteps: true,
    }),
  ),
  limits: z.array(z.string()),
  /** Every file of the bundle but the two cards. */
  files: z.array(bundledFileSchema),
});
export type BundleCard = z.infer<typeof bundleCardSchema>;

export const bundleResultSchema = z.object({
  file: z.string(),
  sizeBytes: z.number().int(),
  /** Whether the web app and ONNX Runtime for the web are in it. */
  runtime: z.boolean(),
  sha256: z.string(),
  files: z.array(bundledFileSchema),
  /** Puzzles that come along, for trying and for the runners' measurements. */
  examples: z.number().int(),
  elapsedMs: z.number(),
});
export type BundleResult = z.infer<typeof bundleResultSchema>;
