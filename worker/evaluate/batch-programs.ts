// The evaluation program at the batch sizes that one evaluation goes through: the full one, and smaller ones for the
// last puzzles. Each graph is made when it is first needed and serves later evaluations too.

import type { Compute } from '../capture/compute.ts';
import { createExecutor, type ExecutorChoice } from '../capture/executor.ts';
import { type Executor, type NamedArrays, sizeOf } from '../capture/program.ts';
import { latentSpecifications } from '../model/latents.ts';
import type { AnswerLossSettings } from '../model/losses.ts';
import { parameterShapes } from '../model/parameters.ts';
import type { ModelSpecification } from '../model/specification.ts';
import { evaluationProgram } from './program.ts';

/** A batch shrinks to a part as small as this, and not below so many rows. */
const shrinkFactor = 4;
const smallestBatch = 4;

/** Each batch size holds the parameters; more of them than this are not copied. */
const mostCopiedParameters = 2 ** 26;

export class BatchPrograms {
  readonly #specification: ModelSpecification;
  readonly #answerLoss: AnswerLossSettings['answerLoss'];
  readonly #choice: ExecutorChoice;
  readonly #compute: Compute;
  readonly #executors = new Map<number, Executor>();
  /** Sizes whose executor holds the weights of this evaluation. */
  readonly #ready = new Set<number>();
  #weights: NamedArrays = {};

  constructor(
    specification: ModelSpecification,
    answerLoss: AnswerLossSettings['answerLoss'],
    choice: ExecutorChoice,
    compute: Compute,
  ) {
    this.#specification = specification;
    this.#answerLoss = answerLoss;
    this.#choice = choice;
    this.#compute = compute;
  }

  /** Begins an evaluation of these weights (by parameter name). */
  begin(weights: NamedArrays): void {
    this.#weights = weights;
    this.#ready.clear();
  }

  /** The program at a batch size, with any latents: the first step of a puzzle puts the model's own in their place. */
  async at(batchSize: number): Promise<Executor> {
    const latents = Object.entries(latentSpecifications(this.#specification, batchSize));
    return await this.#prepare(
      batchSize,
      Object.fromEntries(latents.map(([name, { shape }]) => [name, new Float32Array(sizeOf(shape))])),
    );
  }

  /** The program at a smaller batch size that goes on with the latents in those rows of the larger one. */
  async moveRows(from: number, rows: readonly number[], to: number): Promise<Executor> {
    const names = Object.keys(latentSpecifications(this.#specification, from));
    const latents = await this.#executorOf(from).readState(names);
    const width = this.#specification.hiddenSize;
    const moved = Object.entries(latents).map(([name, values]) => {
      const result = new Float32Array((values.length / from) * to);
      for (let token = 0; token * from * width < values.length; token++) {
        for (const [row, source] of rows.entries()) {
          const start = (token * from + source) * width;
          result.set(values.subarray(start, start + width), (token * to + row) * width);
        }
      }
      return [name, result] as const;
    });
    return await this.#prepare(to, Object.fromEntries(moved));
  }

  /** The size to which a batch with so few puzzles left shrinks; undefined when it stays. */
  smallerBatch(batchSize: number, puzzlesLeft: number): number | undefined {
    const smaller = Math.ceil(batchSize / shrinkFactor);
    const parameters = [...parameterShapes(this.#specification).values()];
    const parameterCount = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const isWorthIt = smaller >= smallestBatch && parameterCount <= mostCopiedParameters;
    return isWorthIt && puzzlesLeft <= smaller ? smaller : undefined;
  }

  dispose(): void {
    for (const executor of this.#executors.values()) executor.dispose();
  }

  /** Writes latents, and the weights of this evaluation where the executor does not have them yet. */
  async #prepare(batchSize: number, latents: NamedArrays): Promise<Executor> {
    const executor = this.#executorOf(batchSize);
    await executor.writeState(this.#ready.has(batchSize) ? latents : { ...this.#weights, ...latents });
    this.#ready.add(batchSize);
    return executor;
  }

  #executorOf(batchSize: number): Executor {
    const known = this.#executors.get(batchSize);
    if (known !== undefined) return known;
    const program = evaluationProgram(this.#specification, batchSize, this.#answerLoss);
    const executor = createExecutor(program, this.#choice, this.#compute);
    this.#executors.set(batchSize, executor);
    return executor;
  }
}
