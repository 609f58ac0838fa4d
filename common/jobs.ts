// What the engine and a worker say to each other: one job specification in, events out. Paths are absolute;
// a worker needs nothing else of the engine.

import { z } from 'zod';
import { bundleAccuracySchema, bundleResultSchema } from './bundle.ts';
import { datasetBuildSchema, nameSchema } from './config/dataset.ts';
import { executionProviderSchema } from './config/device.ts';
import { evaluationModes, experimentSchema } from './config/experiment.ts';
import { fixedBatchSchema, graphFormSchema, precisionSchema } from './config/precision.ts';
import { deviceFigureSchema } from './device-figures.ts';
import { errorDetailsSchema } from './errors.ts';
import { estimateResultSchema } from './estimate.ts';
import { haltingRuleSchema } from './halting/rule.ts';
import { haltingChoiceSchema, haltingResultSchema } from './halting-lab/result.ts';
import { hybridResultSchema } from './hybrid/result.ts';
import { comparisonResultSchema } from './language-model/comparison.ts';
import { endpointSchema } from './language-model/endpoint.ts';
import { profileResultSchema } from './profile.ts';
import {
  datasetResultSchema,
  evaluationResultSchema,
  exportResultSchema,
  exportWeightsResultSchema,
  importResultSchema,
  solvedStepSchema,
  solveResultSchema,
  trainResultSchema,
  verifyResultSchema,
  weightsFormatSchema,
} from './results.ts';
import { robustnessChoiceSchema, robustnessResultSchema } from './robustness/result.ts';
import { rolloutsChoiceSchema, rolloutsResultSchema } from './rollouts/result.ts';
import { rolloutStrategySchema } from './rollouts/strategy.ts';
import { telemetrySchema } from './telemetry.ts';

/** A model to run: an exported file, or a checkpoint. */
export const subjectSchema = z.union([
  z.object({ modelFile: z.string() }),
  z.object({ checkpointFolder: z.string(), weights: z.enum(['ema', 'raw']) }),
]);
export type Subject = z.infer<typeof subjectSchema>;

/** Who is asked where a TRM is not sure. */
export const hybridHelperSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('solver') }),
  z.object({ kind: z.literal('endpoint'), endpoint: endpointSchema }),
]);

/** What the labs with language models take, beside the endpoint. */
export const puzzleChoiceSchema = z.object({
  /** Test puzzles; 0 takes all. */
  count: z.number().int().min(0),
  seed: z.number().int().min(0).default(0),
  /** 0 means as many as in training. */
  maximumSteps: z.number().int().min(0).default(0),
  /** When a puzzle halts before that; null takes the model's own rule. */
  halting: haltingRuleSchema.nullable().default(null),
  /** Says what would be sent, and sends nothing. */
  dryRun: z.boolean().default(false),
});

export const hybridChoiceSchema = puzzleChoiceSchema.extend({
  helper: hybridHelperSchema.default({ kind: 'none' }),
  /** Wrong among the trusted answers; the threshold is chosen for it on one half of the puzzles. */
  wantedErrorRate: z.number().gt(0).max(1).default(0.01),
  /** Trusted from this halting probability on; null chooses it. */
  threshold: z.number().min(0).max(1).nullable().default(null),
  /** Whether answers that the rules of the domain confirm are kept, however unsure the model is. */
  keepValid: z.boolean().default(false),
});

export const jobSpecSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('dataset'),
    name: nameSchema,
    build: datasetBuildSchema,
    folder: z.string(),
    replace: z.boolean(),
  }),
  z.object({
    kind: z.literal('verify'),
    name: z.string(),
    folder: z.string(),
    /** Puzzles of each split that are solved; 0 solves all. */
    sampleSize: z.number().int().min(0),
    quick: z.boolean(),
    rebuild: z.boolean(),
  }),
  z.object({
    kind: z.literal('train'),
    runId: z.string(),
    runFolder: z.string(),
    experiment: experimentSchema,
    datasetFolder: z.string(),
    /** Where the weights of `experiment.initialization` lie: a checkpoint's folder, or a file. */
    initialWeights: z.string().optional(),
    /** The datasets of `experiment.dataset.alsoTrainOn`, in that order. */
    alsoTrainOn: z.array(z.object({ name: nameSchema, folder: z.string() })).optional(),
    /** Begins also where the estimate exceeds the memory by far. */
    force: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal('import'),
    /** Name of the run that the file becomes. */
    name: z.string(),
    runId: z.string(),
    runFolder: z.string(),
    /** A PyTorch checkpoint or a safetensors file. */
    file: z.string(),
    /** Which of several state_dicts in the file; null where there is one. */
    entry: z.string().nullable(),
    datasetName: nameSchema,
    datasetFolder: z.string(),
    /** A config of ours that says how the model was trained. */
    experiment: experimentSchema.nullable(),
    /** Settings as `path=value`. */
    overrides: z.array(z.string()),
    /** The all_config.yaml of the reference; null takes one that lies beside the file. */
    referenceConfig: z.string().nullable(),
    /** Optimizer steps behind the weights; null takes them from a name such as step_65100. */
    step: z.number().int().min(0).nullable(),
    /** What the run's environment.json says beside the import itself. */
    environment: z.looseObject({ createdAt: z.string() }),
  }),
  z.object({
    kind: z.literal('evaluate'),
    checkpointFolder: z.string(),
    datasetFolder: z.string(),
    split: z.enum(['train', 'test']),
    weights: z.enum(['ema', 'raw']),
    batchSize: z.number().int().min(1),
    maximumPuzzles: z.number().int().min(0),
    /** 0 means as many as in training. */
    maximumSteps: z.number().int().min(0),
    mode: z.enum(evaluationModes).default('fixed'),
    haltThreshold: z.number().min(0).max(1).default(0.5),
    /** Puzzles whose time is measured one by one. */
    latencyPuzzles: z.number().int().min(0).optional(),
    /** Checkpoint folders whose votes are counted too; ARC only. */
    votesOf: z.array(z.string()).optional(),
    /** Where the answers to the test inputs are written for Kaggle; ARC only. */
    submission: z.object({ file: z.string(), replace: z.boolean() }).optional(),
  }),
  z.object({
    kind: z.literal('export'),
    /** The export's name in the studio. */
    name: nameSchema.optional(),
    checkpointFolder: z.string(),
    datasetFolder: z.string(),
    outputFile: z.string(),
    weights: z.enum(['ema', 'raw']),
    opset: z.number().int(),
    tolerance: z.number(),
    checkPuzzles: z.number().int().min(1),
    replace: z.boolean(),
    /** Last known evaluation of this checkpoint, written into the model's metadata. */
    evaluation: evaluationResultSchema.nullable(),
    precision: precisionSchema.optional(),
    form: graphFormSchema.optional(),
    batch: fixedBatchSchema.optional(),
    /** The rule that it halts by; null takes the checkpoint's own. */
    halting: haltingRuleSchema.nullable().optional(),
    /** What is measured on the written file; nothing when absent. */
    validation: z
      .object({
        /** 0 leaves accuracy out. */
        puzzles: z.number().int().min(0),
        split: z.enum(['train', 'test']),
        allowedLoss: z.number().min(0).max(1),
        /** Keeps an export that loses more. */
        force: z.boolean(),
      })
      .optional(),
  }),
  z.object({
    kind: z.literal('device'),
    /** The export's name in the studio. */
    name: z.string(),
    modelFile: z.string(),
    datasetFolder: z.string(),
    threads: z.number().int().min(1),
    /** Null without a limit. */
    memoryMb: z.number().int().min(1).nullable(),
    puzzles: z.number().int().min(1),
    /** Null takes the figure of the precision's arithmetic. */
    picojoulesPerMultiplyAdd: z.number().min(0).nullable(),
    multiplyAddsPerStep: z.number().nullable(),
  }),
  z.object({
    kind: z.literal('export-weights'),
    checkpointFolder: z.string(),
    outputFile: z.string(),
    format: weightsFormatSchema,
    weights: z.enum(['ema', 'raw']),
    /** Puts `_orig_mod.` in front of the names, as a compiled model of PyTorch has them. */
    compiled: z.boolean(),
    replace: z.boolean(),
  }),
  z.object({
    kind: z.literal('bundle'),
    /** Exports of one checkpoint. */
    modelFiles: z.array(z.string()).min(1),
    /** What was measured on each of them when it was exported; null where nothing was. */
    accuracies: z.array(bundleAccuracySchema.nullable()),
    /** Whose test puzzles come along as examples; null makes some, where the kind of puzzle can be made. */
    datasetFolder: z.string().nullable(),
    examples: z.number().int().min(0),
    outputFile: z.string(),
    /** Whether the web app and ONNX Runtime for it come along. */
    runtime: z.boolean(),
    replace: z.boolean(),
  }),
  z.object({
    kind: z.literal('solve'),
    subject: subjectSchema,
    /** Puzzle texts; in their place `datasetFolder` draws `count` test puzzles, or `generate` makes fresh ones. */
    puzzles: z.array(z.string()),
    /** More puzzles in one text. */
    text: z.string().optional(),
    datasetFolder: z.string().nullable(),
    generate: z.boolean(),
    count: z.number().int().min(1),
    seed: z.number().int().min(0),
    /** 0 means as many as in training. */
    maximumSteps: z.number().int().min(0),
    /** When a puzzle halts before that; null takes the model's own rule. */
    halting: haltingRuleSchema.nullable(),
    /** Whether each step also tells the probability of every token. */
    confidences: z.boolean(),
    /** Several chains of each puzzle, of which one answer counts. */
    rollouts: rolloutStrategySchema.nullable().optional(),
    provider: executionProviderSchema,
  }),
  z.object({
    kind: z.literal('estimate'),
    /** Each with the folders of its datasets, the first one first, whether they exist or not. */
    experiments: z.array(z.object({ experiment: experimentSchema, datasetFolders: z.array(z.string()) })),
    /** Whether a few real steps are run too. */
    measure: z.boolean(),
    /** Where the device's speed is kept, and whether it is measured again all the same. */
    calibrationFolder: z.string(),
    calibrateAgain: z.boolean(),
  }),
  z.object({
    kind: z.literal('profile'),
    /** Null where a checkpoint is profiled, which says what was trained. */
    experiment: experimentSchema.nullable(),
    checkpointFolder: z.string().nullable(),
    /** Of its datasets, the first one first, whether they exist or not. */
    datasetFolders: z.array(z.string()),
    /** Training steps that are measured. */
    steps: z.number().int().min(1),
    /** Where a Chrome trace is written. */
    traceFile: z.string().nullable(),
    replace: z.boolean(),
  }),
  z.object({
    kind: z.literal('hybrid'),
    subject: subjectSchema,
    datasetFolder: z.string(),
    ...hybridChoiceSchema.shape,
  }),
  z.object({
    kind: z.literal('compare-llm'),
    subject: subjectSchema,
    datasetFolder: z.string(),
    endpoint: endpointSchema,
    ...puzzleChoiceSchema.shape,
  }),
  z.object({
    kind: z.literal('halting'),
    subject: subjectSchema,
    /** What people know the model by. */
    label: z.string(),
    datasetFolder: z.string(),
    ...haltingChoiceSchema.shape,
  }),
  z.object({
    kind: z.literal('rollouts'),
    subject: subjectSchema,
    label: z.string(),
    datasetFolder: z.string(),
    ...rolloutsChoiceSchema.shape,
  }),
  z.object({
    kind: z.literal('robustness'),
    subject: subjectSchema,
    /** What people know the model by. */
    label: z.string(),
    datasetFolder: z.string(),
    ...robustnessChoiceSchema.shape,
  }),
]);
export type JobSpec = z.infer<typeof jobSpecSchema>;
export type JobKind = JobSpec['kind'];
export type JobSpecOf<Kind extends JobKind> = Extract<JobSpec, { kind: Kind }>;

export const jobResultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dataset'), ...datasetResultSchema.shape }),
  z.object({ kind: z.literal('verify'), ...verifyResultSchema.shape }),
  z.object({ kind: z.literal('train'), ...trainResultSchema.shape }),
  z.object({ kind: z.literal('import'), ...importResultSchema.shape }),
  z.object({ kind: z.literal('evaluate'), ...evaluationResultSchema.shape }),
  z.object({ kind: z.literal('export'), ...exportResultSchema.shape }),
  z.object({ kind: z.literal('device'), name: z.string(), figure: deviceFigureSchema }),
  z.object({ kind: z.literal('export-weights'), ...exportWeightsResultSchema.shape }),
  z.object({ kind: z.literal('bundle'), ...bundleResultSchema.shape }),
  z.object({ kind: z.literal('solve'), ...solveResultSchema.shape }),
  z.object({ kind: z.literal('estimate'), estimates: z.array(estimateResultSchema) }),
  z.object({ kind: z.literal('profile'), ...profileResultSchema.shape }),
  z.object({ kind: z.literal('hybrid'), ...hybridResultSchema.shape }),
  z.object({ kind: z.literal('compare-llm'), ...comparisonResultSchema.shape }),
  z.object({ kind: z.literal('halting'), ...haltingResultSchema.shape }),
  z.object({ kind: z.literal('rollouts'), ...rolloutsResultSchema.shape }),
  z.object({ kind: z.literal('robustness'), ...robustnessResultSchema.shape }),
]);
export type JobResult = z.infer<typeof jobResultSchema>;
export type JobResultOf<Kind extends JobKind> = Extract<JobResult, { kind: Kind }>;

/** The values of one training step; steps are absolute, whatever was resumed. */
export const metricSchema = z.object({
  step: z.number().int(),
  values: z.record(z.string(), z.number()),
});
export type Metric = z.infer<typeof metricSchema>;

/** The phase of a worker that is saving: it is given more time to stop. */
export const SAVING_PHASE = 'saving';

export const progressSchema = z.object({
  phase: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  perSecond: z.number().nullable(),
  /** Null until there is enough to tell. Leaves pauses, evaluations and saves out of the rate. */
  remainingMs: z.number().nullable(),
});
export type Progress = z.infer<typeof progressSchema>;

export const workerEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), processId: z.number().int() }),
  z.object({ type: z.literal('heartbeat'), rssBytes: z.number() }),
  z.object({ type: z.literal('log'), level: z.enum(['info', 'warning']), message: z.string() }),
  z.object({ type: z.literal('progress'), progress: progressSchema }),
  /** Training began a segment: from step 0, or from the step that a checkpoint was loaded at. */
  z.object({
    type: z.literal('segment'),
    segment: z.number().int(),
    fromStep: z.number().int(),
    executor: z.string(),
  }),
  z.object({ type: z.literal('metrics'), segment: z.number().int(), metrics: z.array(metricSchema) }),
  z.object({
    type: z.literal('evaluation'),
    segment: z.number().int(),
    step: z.number().int(),
    result: evaluationResultSchema,
  }),
  z.object({
    type: z.literal('checkpoint'),
    segment: z.number().int(),
    step: z.number().int(),
    folder: z.string(),
    sizeBytes: z.number().int(),
    best: z.boolean(),
  }),
  z.object({ type: z.literal('checkpoint-removed'), folder: z.string() }),
  /** What the machine did since the last one. */
  z.object({
    type: z.literal('telemetry'),
    segment: z.number().int(),
    step: z.number().int(),
    telemetry: telemetrySchema,
  }),
  /** What to set where the worker is killed for want of memory, as a sentence without a full stop. */
  z.object({ type: z.literal('memory-advice'), advice: z.string() }),
  z.object({ type: z.literal('solved-step'), solved: solvedStepSchema }),
  z.object({ type: z.literal('result'), result: jobResultSchema }),
  z.object({ type: z.literal('failed'), error: errorDetailsSchema, stack: z.string().nullable() }),
  z.object({ type: z.literal('cancelled') }),
]);
export type WorkerEvent = z.infer<typeof workerEventSchema>;

/** `stop` ends training after saving and cancels any other job; nothing half-written is left by either. */
export const workerCommandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), spec: jobSpecSchema }),
  z.object({ type: z.literal('stop') }),
]);
export type WorkerCommand = z.infer<typeof workerCommandSchema>;

/**
 * A line of a run's `events.jsonl`, which the worker itself appends, so that what a checkpoint rests on is on
 * disk before the checkpoint is. After a resume the later segment overrides what the earlier one wrote past
 * its `fromStep`.
 */
export const runEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('segment'),
    segment: z.number().int(),
    fromStep: z.number().int(),
    executor: z.string(),
    time: z.string(),
  }),
  z.object({
    type: z.literal('metric'),
    segment: z.number().int(),
    elapsedMs: z.number(),
    ...metricSchema.shape,
  }),
  z.object({
    type: z.literal('evaluation'),
    segment: z.number().int(),
    step: z.number().int(),
    result: evaluationResultSchema,
  }),
  z.object({
    type: z.literal('checkpoint'),
    segment: z.number().int(),
    step: z.number().int(),
    folder: z.string(),
    sizeBytes: z.number().int(),
    best: z.boolean(),
  }),
  z.object({ type: z.literal('checkpoint-removed'), folder: z.string() }),
  z.object({
    type: z.literal('telemetry'),
    segment: z.number().int(),
    step: z.number().int(),
    telemetry: telemetrySchema,
  }),
  z.object({
    type: z.literal('log'),
    level: z.enum(['info', 'warning']),
    message: z.string(),
    time: z.string(),
  }),
  z.object({ type: z.literal('end'), outcome: z.enum(['finished', 'stopped', 'failed']), time: z.string() }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
