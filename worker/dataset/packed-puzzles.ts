// Many checked Sudoku puzzles in little memory: one byte a cell holds the digit of the answer and whether it is given.
// Finds repeated puzzles exactly, at any number of them.

/** Marks a given cell; the lower bits hold the answer's digit. */
const givenBit = 16;
const rowsPerChunk = 1 << 14;

export interface PackedPuzzle {
  puzzle: Uint8Array;
  solution: Uint8Array;
  /** Line of the file that it was read from. */
  line: number;
  rating: number | undefined;
}

export class PackedPuzzles {
  readonly cellCount: number;
  count = 0;
  readonly #chunks: Uint8Array[] = [];
  readonly #lines: number[] = [];
  readonly #ratings: (number | undefined)[] = [];
  readonly #packed: Uint8Array;
  /** Open addressing: row + 1, or 0 for a free place. The length is a power of two, at most half full. */
  #table = new Int32Array(1024);

  constructor(cellCount: number) {
    this.cellCount = cellCount;
    this.#packed = new Uint8Array(cellCount);
  }

  /** Adds the puzzle unless it is there already; says whether it was added. */
  add({ puzzle, solution, line, rating }: PackedPuzzle): boolean {
    for (let cell = 0; cell < this.cellCount; cell++) {
      this.#packed[cell] = solution[cell]! | (puzzle[cell] === 0 ? 0 : givenBit);
    }
    const place = this.#findPlace(this.#packed);
    if (this.#table[place] !== 0) return false;
    if (this.count % rowsPerChunk === 0) this.#chunks.push(new Uint8Array(rowsPerChunk * this.cellCount));
    this.#row(this.count).set(this.#packed);
    this.#lines.push(line);
    this.#ratings.push(rating);
    this.count++;
    this.#table[place] = this.count;
    if (this.count * 2 > this.#table.length) this.#grow();
    return true;
  }

  get(index: number): PackedPuzzle {
    const row = this.#row(index);
    return {
      puzzle: row.map((value) => (value >= givenBit ? value - givenBit : 0)),
      solution: row.map((value) => value & (givenBit - 1)),
      line: this.#lines[index]!,
      rating: this.#ratings[index],
    };
  }

  #row(index: number): Uint8Array {
    const start = (index % rowsPerChunk) * this.cellCount;
    return this.#chunks[Math.floor(index / rowsPerChunk)]!.subarray(start, start + this.cellCount);
  }

  /** The place in the table where the row stands, or the free place where it belongs. */
  #findPlace(row: Uint8Array): number {
    const mask = this.#table.length - 1;
    let hash = 0x811c9dc5;
    for (let cell = 0; cell < row.length; cell++) hash = Math.imul(hash ^ row[cell]!, 0x01000193);
    let place = (hash ^ (hash >>> 15)) & mask;
    while (this.#table[place] !== 0 && !isEqual(this.#row(this.#table[place]! - 1), row))
      place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let index = 0; index < this.count; index++)
      this.#table[this.#findPlace(this.#row(index))] = index + 1;
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  for (let cell = 0; cell < one.length; cell++) if (one[cell] !== other[cell]) return false;
  return true;
}
