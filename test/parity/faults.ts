// What of the reference cannot run or is wrong, and what ours does in its place.

export interface Fault {
  reference: string;
  ours: string;
  /** The file where ours is. */
  file: string;
}

export const faults: readonly Fault[] = [
  {
    reference:
      '`no_ACT_continue: False` in the three TRM files unpacks five values from three and ends with a ValueError.',
    ours: '`halting.continueLoss` trains the continue logit by HRM’s rule in every variant. With HRM’s settings it gives HRM’s golden numbers.',
    file: 'worker/model/halting.ts',
  },
  {
    reference:
      '`loss_type: softmax_cross_entropy` ends with a TypeError: the loss head passes `valid_mask`, which that function does not take.',
    ours: '`training.answerLoss: softmax`, compared with the golden `softmax_ce` of each cell.',
    file: 'worker/model/losses.ts',
  },
  {
    reference: 'More than six `L_cycles` in trm_hier6 are an index error in the middle of the first step.',
    ours: 'Refused before training, with the reason.',
    file: 'common/config/experiment.ts',
  },
  {
    reference:
      'A `puzzle_emb_ndim` of 0 with the default `puzzle_emb_len` of 16 adds tensors of different lengths and ends.',
    ours: '`model.puzzleEmbedding: false` leaves the embedding and its tokens out together.',
    file: 'worker/model/specification.ts',
  },
  {
    reference:
      'The direct transformer halts where Q_halt exceeds Q_continue, but nothing trains Q_continue: its target is never asked for.',
    ours: 'The same by default, to be comparable; `halting.continueLoss` trains it.',
    file: 'worker/model/halting.ts',
  },
  {
    reference:
      'A checkpoint holds the model alone, with EMA on only its average: no optimizer, carry, random state or step.',
    ours: 'A checkpoint holds all of it; a resumed run gives the same numbers as one that was never stopped.',
    file: 'worker/train/state.ts',
  },
  {
    reference: 'The example within a puzzle is drawn from an unseeded generator.',
    ours: 'Every draw follows the seed.',
    file: 'worker/train/batches.ts',
  },
];
