// The rows of an evaluation's batch: each holds a puzzle until it is finished and then takes the next. Near the end,
// when no puzzle waits, the puzzles that are left can move together into a smaller batch.

import type { NamedArrays } from '../capture/program.ts';
import type { BatchSource } from '../train/batches.ts';

export interface Slot {
  row: number;
  /** The puzzle's place among the examples that are evaluated. */
  puzzle: number;
  /** Supervision steps it has had. */
  step: number;
}

export class Slots {
  readonly #source: BatchSource;
  readonly #examples: Uint32Array;
  readonly #cells: number;
  readonly #puzzleOf: Uint32Array;
  #inputs: Int32Array;
  #labels: Int32Array;
  #identifiers: Int32Array;
  #occupied: Slot[] = [];
  #next = 0;

  /** @param cells tokens of an example */
  constructor(source: BatchSource, examples: Uint32Array, batchSize: number, cells: number) {
    this.#source = source;
    this.#examples = examples;
    this.#cells = cells;
    this.#puzzleOf = puzzleOfExample(source);
    this.#inputs = new Int32Array(batchSize * cells);
    this.#labels = new Int32Array(batchSize * cells);
    this.#identifiers = new Int32Array(batchSize);
    for (let row = 0; row < batchSize && this.#next < examples.length; row++) {
      this.#occupied.push({ row, puzzle: 0, step: 0 });
    }
    for (const slot of this.#occupied) this.#fill(slot);
  }

  /** The slots that hold a puzzle. */
  get occupied(): readonly Slot[] {
    return this.#occupied;
  }

  get batchSize(): number {
    return this.#identifiers.length;
  }

  get finishedCount(): number {
    return this.#next - this.#occupied.length;
  }

  get isQueueEmpty(): boolean {
    return this.#next === this.#examples.length;
  }

  exampleOf({ puzzle }: Slot): number {
    return this.#examples[puzzle] as number;
  }

  /** The inputs of the evaluation program; rows without a puzzle keep what they held. */
  inputs(): NamedArrays {
    const reset = new Int32Array(this.batchSize);
    for (const { row, step } of this.#occupied) reset[row] = Number(step === 0);
    return { inputs: this.#inputs, labels: this.#labels, puzzle_identifiers: this.#identifiers, reset };
  }

  /** Puts the next puzzles into the slots whose puzzles are finished, or gives those up where none is left. */
  replace(isFinished: (slot: Slot) => boolean): void {
    this.#occupied = this.#occupied.filter((slot) => {
      if (!isFinished(slot)) return true;
      if (this.isQueueEmpty) return false;
      this.#fill(slot);
      return true;
    });
  }

  /** Moves the puzzles to the first rows of a batch of `batchSize`; returns the rows that they had. */
  shrink(batchSize: number): number[] {
    const rows = this.#occupied.map(({ row }) => row);
    const gathered = (values: Int32Array, width: number) => {
      const result = new Int32Array(batchSize * width);
      for (const [to, from] of rows.entries()) {
        result.set(values.subarray(from * width, (from + 1) * width), to * width);
      }
      return result;
    };
    this.#inputs = gathered(this.#inputs, this.#cells);
    this.#labels = gathered(this.#labels, this.#cells);
    this.#identifiers = gathered(this.#identifiers, 1);
    for (const [row, slot] of this.#occupied.entries()) slot.row = row;
    return rows;
  }

  #fill(slot: Slot): void {
    slot.puzzle = this.#next++;
    slot.step = 0;
    const example = this.exampleOf(slot);
    this.#source.copyInputs(example, this.#inputs, slot.row * this.#cells);
    this.#source.copyLabels(example, this.#labels, slot.row * this.#cells);
    this.#identifiers[slot.row] = this.#source.puzzleIdentifiers[this.#puzzleOf[example] as number] as number;
  }
}

function puzzleOfExample({ puzzleIndices, exampleCount }: BatchSource): Uint32Array {
  const puzzles = new Uint32Array(exampleCount);
  for (let puzzle = 0; puzzle + 1 < puzzleIndices.length; puzzle++) {
    puzzles.fill(puzzle, puzzleIndices[puzzle], puzzleIndices[puzzle + 1]);
  }
  return puzzles;
}
