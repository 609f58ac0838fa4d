// A model that can be run one supervision step at a time, whatever runs it: ONNX Runtime on a workstation or in a browser.

/** A model's latents by name, each [batch, tokens, hidden]. */
export type LatentArrays = Record<string, Float32Array>;

/** What goes into a step; the batch is whatever the lengths say. */
export interface StepInputs {
  /** Tokens, int32 [batch, cells] */
  inputs: Int32Array;
  /** [batch] */
  puzzleIdentifiers: Int32Array;
  latents: LatentArrays;
  /** [batch], 1 begins with the initial latents. */
  reset: Int32Array;
  /** Which puzzle of those that were given stands in each row, for what wraps a model; models pay no heed to it. */
  rows?: readonly number[];
}

export interface StepOutputs {
  latents: LatentArrays;
  /** [batch, cells, vocabulary] */
  logits: Float32Array;
  /** [batch] */
  haltLogits: Float32Array;
  /** [batch] */
  continueLogits: Float32Array;
}

/** How logits become probabilities: as in the cross entropy that the model was trained with. */
export type TokenDistribution = 'stablemax' | 'softmax';

export interface StepModel {
  /** The file or checkpoint that it came from, for messages. */
  path: string;
  cells: number;
  vocabulary: number;
  tokenDistribution: TokenDistribution;
  /** The names of the latents, the answer first. */
  latentNames: readonly string[];
  /** Numbers in one puzzle's latent, tokens × hidden. */
  latentSize: number;
  step(inputs: StepInputs): Promise<StepOutputs>;
}

/** The name that a latent has among a step's outputs. */
export function nextName(latent: string): string {
  return `next_${latent}`;
}

/** Latents to begin with: any would do, the first step puts the model's own in their place. */
export function emptyLatents(
  { latentNames: names, latentSize }: Pick<StepModel, 'latentNames' | 'latentSize'>,
  batch: number,
): LatentArrays {
  return Object.fromEntries(names.map((name) => [name, new Float32Array(batch * latentSize)]));
}

/** The outputs of a step by the names that they have in the graph. */
export function readStepOutputs(
  names: readonly string[],
  values: (name: string) => Float32Array,
): StepOutputs {
  return {
    latents: Object.fromEntries(names.map((name) => [name, values(nextName(name))])),
    logits: values('logits'),
    haltLogits: values('halt_logits'),
    continueLogits: values('continue_logits'),
  };
}
