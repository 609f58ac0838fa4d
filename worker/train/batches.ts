// The order in which puzzles meet the model. As in the reference, each epoch visits every group once in random
// order and draws one of its puzzles; unlike there, every draw follows from the seed, so that a resumed run sees
// the same batches.

import { createRandom } from '../../common/random.ts';
import type { DataCursor } from '../checkpoint/format.ts';
import type { DatasetSplit } from '../dataset/open-split.ts';

/** What the order needs of a dataset split. */
export type BatchSource = Omit<DatasetSplit, 'puzzleCount' | 'close'>;

export interface Batch {
  /** [batch, cells] */
  inputs: Int32Array;
  /** [batch, cells] */
  labels: Int32Array;
  /** [batch] */
  puzzleIdentifiers: Int32Array;
}

export interface BatchStream {
  /** The batch of optimizer step `step`. Call it for each step in turn. */
  next(step: number): Batch;
  /** Where the stream stands after the last batch. */
  cursor(): DataCursor;
}

/** The batches of a run from `start` on. */
export function createBatchStream(
  source: BatchSource,
  cells: number,
  batchSize: number,
  seed: number,
  start: DataCursor,
): BatchStream {
  let { epoch, position } = start;
  let order = epochOrder(source, seed, epoch);

  function nextGroup(): number {
    if (position >= order.length) {
      epoch++;
      position = 0;
      order = epochOrder(source, seed, epoch);
    }
    return order[position++] as number;
  }

  return {
    next(step) {
      const random = createRandom(seed, 'draw', step);
      const batch: Batch = {
        inputs: new Int32Array(batchSize * cells),
        labels: new Int32Array(batchSize * cells),
        puzzleIdentifiers: new Int32Array(batchSize),
      };
      let row = 0;
      while (row < batchSize) {
        const group = nextGroup();
        const firstPuzzle = source.groupIndices[group] as number;
        const puzzle = firstPuzzle + random.integer((source.groupIndices[group + 1] as number) - firstPuzzle);
        const firstExample = source.puzzleIndices[puzzle] as number;
        const examples = (source.puzzleIndices[puzzle + 1] as number) - firstExample;
        // A puzzle that does not fit whole loses its remaining examples, as in the reference.
        const taken = examples === 1 ? [0] : random.permutation(examples).subarray(0, batchSize - row);
        for (const example of taken) {
          source.copyInputs(firstExample + example, batch.inputs, row * cells);
          source.copyLabels(firstExample + example, batch.labels, row * cells);
          batch.puzzleIdentifiers[row] = source.puzzleIdentifiers[puzzle] as number;
          row++;
        }
      }
      return batch;
    },
    cursor: () => ({ epoch, position }),
  };
}

function epochOrder(source: BatchSource, seed: number, epoch: number): Uint32Array {
  return createRandom(seed, 'order', epoch).permutation(source.groupCount);
}

/**
 * How many steps each sample of the batch must think at least (reference trm.py, halt exploration): 0 for most,
 * with the given probability a whole number from 2 to the maximum. int32 [batch].
 */
export function explorationSteps(
  seed: number,
  step: number,
  batchSize: number,
  probability: number,
  maximumSteps: number,
): Int32Array {
  const random = createRandom(seed, 'exploration', step);
  return Int32Array.from({ length: batchSize }, () => {
    const explores = random.uniform() < probability;
    const steps = maximumSteps < 2 ? 0 : 2 + random.integer(maximumSteps - 1);
    return explores ? steps : 0;
  });
}
