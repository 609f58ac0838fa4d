// The examples of an own domain in little memory: two bytes a cell and a few numbers an example. Finds an input again
// exactly, at any number of examples.

/** An example as it was read. */
export interface TokenExample {
  /** Tokens [cells]. */
  input: Uint8Array;
  /** Tokens [cells]; IGNORED_TOKEN where a cell does not count. */
  output: Uint8Array;
  /** Number of the puzzle that it belongs to, 0 where puzzles have no identity. */
  puzzle: number;
  group: number;
  /** The part of the data that it was declared for: the same input may be in each of them. */
  part: number;
  /** Line of the file that it was read from. */
  line: number;
}

const examplesPerChunk = 1 << 12;

/** Numbers kept of each example: puzzle, group, part, line. */
const fieldCount = 4;

export class TokenExamples {
  readonly cells: number;
  count = 0;
  readonly #chunks: Uint8Array[] = [];
  #fields = new Uint32Array(1024 * fieldCount);
  /** Open addressing: example + 1, or 0 for a free place. The length is a power of two, at most half full. */
  #table = new Int32Array(2048);

  constructor(cells: number) {
    this.cells = cells;
  }

  /** The example with this input of this puzzle in this part, or -1. */
  find(input: Uint8Array, puzzle: number, part: number): number {
    return this.#table[this.#findPlace(input, puzzle, part)]! - 1;
  }

  /** Adds an example whose input is not there yet. */
  add({ input, output, puzzle, group, part, line }: TokenExample): void {
    if (this.count % examplesPerChunk === 0) {
      this.#chunks.push(new Uint8Array(examplesPerChunk * 2 * this.cells));
    }
    if ((this.count + 1) * fieldCount > this.#fields.length) {
      const fields = new Uint32Array(this.#fields.length * 2);
      fields.set(this.#fields);
      this.#fields = fields;
    }
    const place = this.#findPlace(input, puzzle, part);
    this.#fields.set([puzzle, group, part, line], this.count * fieldCount);
    this.#bytes(this.count, 0).set(input);
    this.#bytes(this.count, 1).set(output);
    this.count++;
    this.#table[place] = this.count;
    if (this.count * 2 > this.#table.length) this.#grow();
  }

  /** Views into the store; not to be written to. */
  input(example: number): Uint8Array {
    return this.#bytes(example, 0);
  }
  output(example: number): Uint8Array {
    return this.#bytes(example, 1);
  }
  puzzle(example: number): number {
    return this.#fields[example * fieldCount]!;
  }
  group(example: number): number {
    return this.#fields[example * fieldCount + 1]!;
  }
  part(example: number): number {
    return this.#fields[example * fieldCount + 2]!;
  }
  line(example: number): number {
    return this.#fields[example * fieldCount + 3]!;
  }

  /** Gives every token another number: `numbers[token]`. Finding examples again then takes the new numbers. */
  renumber(numbers: Uint8Array): void {
    for (const chunk of this.#chunks) {
      for (let place = 0; place < chunk.length; place++) chunk[place] = numbers[chunk[place]!]!;
    }
    this.#fillTable();
  }

  #bytes(example: number, half: 0 | 1): Uint8Array {
    const start = ((example % examplesPerChunk) * 2 + half) * this.cells;
    return this.#chunks[Math.floor(example / examplesPerChunk)]!.subarray(start, start + this.cells);
  }

  #findPlace(input: Uint8Array, puzzle: number, part: number): number {
    const mask = this.#table.length - 1;
    let hash = Math.imul(0x811c9dc5 ^ puzzle, 0x01000193) ^ part;
    for (let cell = 0; cell < input.length; cell++) hash = Math.imul(hash ^ input[cell]!, 0x01000193);
    let place = (hash ^ (hash >>> 15)) & mask;
    while (this.#table[place] !== 0 && !this.#matches(this.#table[place]! - 1, input, puzzle, part)) {
      place = (place + 1) & mask;
    }
    return place;
  }

  #matches(example: number, input: Uint8Array, puzzle: number, part: number): boolean {
    if (this.puzzle(example) !== puzzle || this.part(example) !== part) return false;
    return Buffer.compare(this.#bytes(example, 0), input) === 0;
  }

  #grow(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    this.#fillTable();
  }

  #fillTable(): void {
    this.#table.fill(0);
    for (let example = 0; example < this.count; example++) {
      const place = this.#findPlace(this.input(example), this.puzzle(example), this.part(example));
      this.#table[place] = example + 1;
    }
  }
}
