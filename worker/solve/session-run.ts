// Runs a session of ONNX Runtime as what it is: one supervision step, or the self-contained graph. A graph for a fixed
// number of puzzles is run as often as it takes, the last time filled up with copies of the last puzzle.

import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { repeatLast, type TokenPuzzles, takePuzzles } from '../../common/solving/puzzles.ts';
import { readStepOutputs, type StepInputs, type StepOutputs } from '../../common/solving/step-model.ts';

export interface StepShape {
  cells: number;
  vocabulary: number;
  latentNames: readonly string[];
  tokens: number;
  hidden: number;
  /** Puzzles of a run; null where any number will do. */
  batch: number | null;
}

/** One supervision step of any number of puzzles. */
export async function runStep(
  session: InferenceSession,
  shape: StepShape,
  given: StepInputs,
): Promise<StepOutputs> {
  const { batch } = shape;
  const count = given.reset.length;
  if (batch === null || batch === count) return runBatch(session, shape, given);
  const parts: StepOutputs[] = [];
  for (let first = 0; first < count; first += batch) {
    const part = await runBatch(session, shape, takeRows(given, shape, first, batch));
    parts.push(
      mapOutputs(part, (values) =>
        values.subarray(0, (values.length / batch) * Math.min(batch, count - first)),
      ),
    );
  }
  return joinOutputs(parts);
}

async function runBatch(
  session: InferenceSession,
  { cells, latentNames, tokens, hidden }: StepShape,
  { inputs, puzzleIdentifiers, latents, reset }: StepInputs,
): Promise<StepOutputs> {
  const batch = reset.length;
  const latent = (name: string) =>
    new Tensor('float32', latents[name] as Float32Array, [batch, tokens, hidden]);
  const outputs = await session.run({
    inputs: new Tensor('int32', inputs, [batch, cells]),
    puzzle_identifiers: new Tensor('int32', puzzleIdentifiers, [batch]),
    ...Object.fromEntries(latentNames.map((name) => [name, latent(name)])),
    reset: new Tensor('int32', reset, [batch]),
  });
  return readStepOutputs(latentNames, (name) => outputs[name]?.data as Float32Array);
}

/** `count` rows from `first` on; past the end the last one again. */
function takeRows(
  given: StepInputs,
  { cells, tokens, hidden }: StepShape,
  first: number,
  count: number,
): StepInputs {
  const last = given.reset.length - 1;
  const take = <Values extends Float32Array | Int32Array>(values: Values, width: number): Values => {
    // One row gives the kind of array.
    const taken = values.slice(0, width).constructor as new (length: number) => Values;
    const rows = new taken(count * width);
    for (let row = 0; row < count; row++) {
      const from = Math.min(first + row, last) * width;
      rows.set(values.subarray(from, from + width), row * width);
    }
    return rows;
  };
  return {
    inputs: take(given.inputs, cells),
    puzzleIdentifiers: take(given.puzzleIdentifiers, 1),
    latents: Object.fromEntries(
      Object.entries(given.latents).map(([name, values]) => [name, take(values, tokens * hidden)]),
    ),
    reset: take(given.reset, 1),
  };
}

function mapOutputs(outputs: StepOutputs, change: (values: Float32Array) => Float32Array): StepOutputs {
  return {
    latents: Object.fromEntries(
      Object.entries(outputs.latents).map(([name, values]) => [name, change(values)]),
    ),
    logits: change(outputs.logits),
    haltLogits: change(outputs.haltLogits),
    continueLogits: change(outputs.continueLogits),
  };
}

function joinOutputs(parts: StepOutputs[]): StepOutputs {
  const join = (pick: (part: StepOutputs) => Float32Array): Float32Array => {
    const pieces = parts.map(pick);
    const joined = new Float32Array(pieces.reduce((total, { length }) => total + length, 0));
    let offset = 0;
    for (const piece of pieces) {
      joined.set(piece, offset);
      offset += piece.length;
    }
    return joined;
  };
  const names = Object.keys(parts[0]?.latents ?? {});
  return {
    latents: Object.fromEntries(
      names.map((name) => [name, join(({ latents }) => latents[name] as Float32Array)]),
    ),
    logits: join(({ logits }) => logits),
    haltLogits: join(({ haltLogits }) => haltLogits),
    continueLogits: join(({ continueLogits }) => continueLogits),
  };
}

export interface WholeAnswers {
  /** Tokens, [count, cells] */
  answers: Int32Array;
  /** [count] */
  steps: Int32Array;
  haltProbabilities: Float32Array;
}

/** All steps of any number of puzzles by the self-contained graph. */
export async function runWhole(
  session: InferenceSession,
  { cells, batch }: Pick<StepShape, 'cells' | 'batch'>,
  puzzles: TokenPuzzles,
): Promise<WholeAnswers> {
  const { count } = puzzles;
  const size = batch ?? count;
  const whole = {
    answers: new Int32Array(count * cells),
    steps: new Int32Array(count),
    haltProbabilities: new Float32Array(count),
  };
  for (let first = 0; first < count; first += size) {
    const taken = takePuzzles(puzzles, first, size);
    const { inputs, identifiers } = repeatLast(taken, size);
    const outputs = await session.run({
      inputs: new Tensor('int32', inputs, [size, cells]),
      puzzle_identifiers: new Tensor('int32', identifiers, [size]),
    });
    const kept = <Values extends Int32Array | Float32Array>(name: string, width: number): Values => {
      // The signature was checked when the model was opened.
      const values = outputs[name]?.data as Values;
      return values.subarray(0, taken.count * width) as Values;
    };
    whole.answers.set(kept<Int32Array>('answer', cells), first * cells);
    whole.steps.set(kept<Int32Array>('steps', 1), first);
    whole.haltProbabilities.set(kept<Float32Array>('halt_probability', 1), first);
  }
  return whole;
}
