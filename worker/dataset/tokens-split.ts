// Writes one split of an own domain: each group with its puzzles, each puzzle with its examples, and turned and mirrored
// copies where they are asked for.

import type { TokensBuild } from '../../common/config/dataset-tokens.ts';
import type { SplitCard } from '../../common/dataset-card.ts';
import { applyDihedral, dihedralCount } from '../../common/puzzles/dihedral.ts';
import { gridExtent, IGNORED_TOKEN, PADDING_TOKEN } from '../../common/puzzles/tokens/layout.ts';
import type { BuildProgress } from './builder.ts';
import type { SplitName } from './layout.ts';
import type { Pacer } from './pacer.ts';
import { createSplitWriter } from './split-writer.ts';
import { describeNumbers } from './statistics.ts';
import type { TokenExamples } from './tokens-examples.ts';

export interface TokensSplitOptions {
  folder: string;
  split: SplitName;
  build: TokensBuild;
  examples: TokenExamples;
  /** Which of them, sorted by group and puzzle. */
  chosen: Uint32Array;
  /** Number of tokens, the padding included. */
  vocabularySize: number;
  /** Of the dataset, the blank one included. */
  identifierCount: number;
  /** The identifier of a puzzle after a transform; 0 for puzzles without identity. */
  identifierOf(puzzle: number, transform: number): number;
  /** Whether a copy may not be written, since its input is a test input. */
  isTestInput(input: Uint8Array): boolean;
  pace: Pacer;
  onProgress(progress: BuildProgress): void;
}

export interface WrittenTokensSplit {
  card: SplitCard;
  /** Turned copies left out since they equal an earlier one. */
  equalCopies: number;
  /** Turned copies left out since the test split has their input. */
  leakingCopies: number;
}

export async function writeTokensSplit(options: TokensSplitOptions): Promise<WrittenTokensSplit> {
  const { folder, split, build, examples, chosen } = options;
  const writer = await createSplitWriter(folder, split, {
    sequenceLength: examples.cells,
    vocabularySize: options.vocabularySize,
    ignoredLabel: IGNORED_TOKEN,
    puzzleIdentifierCount: options.identifierCount,
  });
  const transformCount = build.dihedral && split === 'train' ? dihedralCount : 1;
  const left = { equalCopies: 0, leakingCopies: 0 };
  const labels = new Uint8Array(examples.cells);
  let done = 0;
  let puzzleCount = 0;

  /** The example after each transform; null where that equals an earlier one, or may not be trained on. */
  function copiesOf(example: number): (Pair | null)[] {
    const original = { input: examples.input(example), output: examples.output(example) };
    const copies: (Pair | null)[] = [original];
    for (let transform = 1; transform < transformCount; transform++) {
      const copy = transformPair(original, build.columns, transform);
      const isEqual = copies.some((earlier) => earlier !== null && isEqualPair(earlier, copy));
      const leaks = !isEqual && examples.puzzle(example) === 0 && options.isTestInput(copy.input);
      left.equalCopies += Number(isEqual);
      left.leakingCopies += Number(leaks);
      copies.push(isEqual || leaks ? null : copy);
    }
    return copies;
  }

  /** Writes a puzzle's examples, and then each of its copies as a puzzle of its own. */
  async function writePuzzle(own: Uint32Array): Promise<void> {
    const puzzle = examples.puzzle(own[0]!);
    puzzleCount++;
    const copies = Array.from(own, copiesOf);
    for (let transform = 0; transform < transformCount; transform++) {
      const pairs = copies.flatMap((ofExample) => ofExample[transform] ?? []);
      for (const { input, output } of pairs) {
        fillLabels(labels, output, build.lengthCounts);
        if (writer.addExample(input, labels)) await writer.flush();
      }
      if (pairs.length > 0) writer.endPuzzle(options.identifierOf(puzzle, transform));
    }
    done += own.length;
    options.onProgress({ phase: `writing ${split} examples`, done, total: chosen.length, unit: 'examples' });
    await options.pace();
  }

  try {
    for (const group of runsOf(chosen, (example) => examples.group(example))) {
      for (const own of runsOf(group, (example) => puzzleKey(examples, example))) await writePuzzle(own);
      writer.endGroup();
    }
    const written = await writer.finish();
    return { card: describeSplit(options, written.examples, written.groups, puzzleCount), ...left };
  } finally {
    await writer.abandon();
  }
}

/** Examples without a puzzle's name are puzzles of their own. */
function puzzleKey(examples: TokenExamples, example: number): number {
  return examples.puzzle(example) === 0 ? -1 - example : examples.puzzle(example);
}

/** The stretches of equal keys. */
function* runsOf(chosen: Uint32Array, keyOf: (example: number) => number): Generator<Uint32Array> {
  let first = 0;
  for (let place = 1; place <= chosen.length; place++) {
    if (place < chosen.length && keyOf(chosen[place]!) === keyOf(chosen[first]!)) continue;
    yield chosen.subarray(first, place);
    first = place;
  }
}

interface Pair {
  input: Uint8Array;
  output: Uint8Array;
}

function transformPair({ input, output }: Pair, columns: number, transform: number): Pair {
  return {
    input: transformGrid(input, columns, transform),
    output: transformGrid(output, columns, transform),
  };
}

function isEqualPair(one: Pair, other: Pair): boolean {
  return Buffer.compare(one.input, other.input) === 0 && Buffer.compare(one.output, other.output) === 0;
}

/** A square canvas of `columns` columns whose grid, without the padding, is turned or mirrored in its corner. */
function transformGrid(tokens: Uint8Array, columns: number, transform: number): Uint8Array {
  const { height, width } = gridExtent(tokens, columns);
  if (height === 0) return tokens;
  const cut = Uint8Array.from({ length: height * width }, (_, cell) => {
    return tokens[Math.floor(cell / width) * columns + (cell % width)]!;
  });
  const turned = applyDihedral(cut, height, width, transform);
  const canvas = new Uint8Array(tokens.length);
  for (let row = 0; row < turned.rows; row++) {
    canvas.set(turned.grid.subarray(row * turned.columns, (row + 1) * turned.columns), row * columns);
  }
  return canvas;
}

/** Padding is an answer where the length counts; else it is marked as not counting. */
function fillLabels(labels: Uint8Array, output: Uint8Array, lengthCounts: boolean): void {
  labels.set(output);
  if (lengthCounts) return;
  for (let cell = 0; cell < labels.length; cell++) {
    if (labels[cell] === PADDING_TOKEN) labels[cell] = IGNORED_TOKEN;
  }
}

function describeSplit(
  { examples, chosen }: TokensSplitOptions,
  exampleCount: number,
  groups: number,
  puzzles: number,
): SplitCard {
  const count = (tokens: Uint8Array) =>
    tokens.reduce((total, token) => total + Number(token !== PADDING_TOKEN && token !== IGNORED_TOKEN), 0);
  const lengths = (tokensOf: (example: number) => Uint8Array) =>
    describeNumbers(Array.from(chosen, (example) => count(tokensOf(example))));
  return {
    examples: exampleCount,
    puzzles: groups,
    counts: { 'distinct puzzles': puzzles, 'examples without copies': chosen.length },
    distributions: {
      'input tokens': lengths((example) => examples.input(example)),
      'output tokens': lengths((example) => examples.output(example)),
    },
  };
}
