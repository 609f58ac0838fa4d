// Where each line of the paper's pseudocode and each of its symbols is in the code. A test checks that every file and
// every name is there.

export interface PaperPlace {
  /** As in "Less is More: Recursive Reasoning with Tiny Networks" (arXiv 2510.04871) or HRM (arXiv 2506.21734). */
  paper: string;
  /** What it is in the reference's code. */
  reference: string;
  file: string;
  /** What the file calls it. */
  names: string[];
}

export const paperPlaces: readonly PaperPlace[] = [
  {
    paper: 'for x_input, y_true in train_dataloader: the batch, in which new puzzles replace halted ones',
    reference: 'ACTV1.forward, carry.current_data',
    file: 'worker/model/supervision.ts',
    names: ['replaceHalted'],
  },
  {
    paper: 'y, z = y_init, z_init',
    reference: 'reset_carry, H_init, L_init',
    file: 'worker/model/supervision.ts',
    names: ['resetHalted'],
  },
  {
    paper:
      'for step in range(N_supervision): deep supervision. There is no such loop: each training step is one turn of it, and the carry waits between them',
    reference: 'pretrain.py, train_batch; the carry',
    file: 'worker/train/step.ts',
    names: ['runStep', 'carry/steps', 'carry/halted'],
  },
  {
    paper: 'the same loop at inference, N_sup turns',
    reference: 'pretrain.py, evaluate',
    file: 'worker/evaluate/evaluator.ts',
    names: ['maximumSteps'],
  },
  {
    paper: 'the same loop on an exported model, with early halting',
    reference: 'none',
    file: 'common/solving/recursion.ts',
    names: ['runRecursion'],
  },
  {
    paper: 'x = input_embedding(x_input)',
    reference: '_input_embeddings',
    file: 'worker/model/embedding.ts',
    names: ['embedInput', 'embedPuzzle', 'addPositions'],
  },
  {
    paper: 'y and z: the latents (z_H and z_L in the code; z_L1 to z_L6; one z)',
    reference: 'InnerCarry',
    file: 'worker/model/latents.ts',
    names: ['initialNames', 'latentNames', 'answerLatent'],
  },
  {
    paper: 'deep_recursion(x, y, z, n=6, T=3): T − 1 latent recursions without gradient, one with it',
    reference: 'Inner.forward, H_cycles',
    file: 'worker/model/recursion.ts',
    names: ['recursionSchedule', 'highCycles', 'withoutGradient', 'withGradient'],
  },
  {
    paper: 'latent_recursion(x, y, z, n=6): for i in range(n): z = net(x, y, z)',
    reference: 'L_cycles, L_level(z_L, z_H + input_embeddings)',
    file: 'worker/model/recursion.ts',
    names: ['latentRecursions', 'reason', 'lowCycles'],
  },
  {
    paper: 'y = net(y, z)',
    reference: 'z_H = L_level(z_H, z_L)',
    file: 'worker/model/recursion.ts',
    names: ['answer', 'runPasses'],
  },
  {
    paper: 'with torch.no_grad()',
    reference: 'torch.no_grad()',
    file: 'worker/train/forward.ts',
    names: ['forwardAndGradients', 'withoutGradient'],
  },
  {
    paper: 'y.detach(), z.detach(): the carry holds values only, and is written once a step',
    reference: 'new_carry',
    file: 'worker/model/latents.ts',
    names: ['carryOf', 'carriedLatents'],
  },
  {
    paper: 'HRM: 1-step gradient approximation (and the ablation "1-step gradient")',
    reference: 'hrm.py, "1-step grad"',
    file: 'worker/model/recursion.ts',
    names: ['oneStep'],
  },
  {
    paper: 'net: the tiny network of two layers; HRM: f_L and f_H (and the ablation "separate nets")',
    reference: 'ReasoningModule, Block',
    file: 'worker/model/network.ts',
    names: ['createNetworks', 'readBlock', 'mixTokens', 'mixFeatures'],
  },
  {
    paper: 'a block: mixing with residual and post-norm',
    reference: 'Block.forward',
    file: 'worker/model/blocks.ts',
    names: ['swigluLayer', 'attentionLayer'],
  },
  {
    paper: 'which network refines which latent, and how deep it is',
    reference: 'L_level, H_level',
    file: 'worker/model/specification.ts',
    names: ['networkLevels'],
  },
  {
    paper: 'RMSNorm, SwiGLU, no bias',
    reference: 'models/layers.py',
    file: 'worker/model/layers.ts',
    names: ['rmsNorm', 'swigluOverFeatures', 'swigluOverTokens'],
  },
  {
    paper: 'rotary embeddings, self-attention',
    reference: 'models/layers.py',
    file: 'worker/model/attention.ts',
    names: ['rotaryTable', 'attention'],
  },
  {
    paper: 'y_hat = output_head(y); q_hat = Q_head(y)',
    reference: 'lm_head, q_head',
    file: 'worker/model/heads.ts',
    names: ['readHeads'],
  },
  {
    paper: 'loss = softmax_cross_entropy(y_hat, y_true): the code has stablemax',
    reference: 'models/losses.py, log_stablemax',
    file: 'worker/model/losses.ts',
    names: ['answerLosses', 'stableExponential'],
  },
  {
    paper: 'loss += binary_cross_entropy(q_hat, y_hat == y_true)',
    reference: 'ACTLossHead',
    file: 'worker/model/losses.ts',
    names: ['binaryCrossEntropies'],
  },
  {
    paper: 'y_hat == y_true: every cell that counts is right',
    reference: 'seq_is_correct',
    file: 'worker/model/labels.ts',
    names: ['correctness', 'exact'],
  },
  {
    paper:
      'if q_hat > 0: break; HRM: Q_halt > Q_continue; at least a random number of steps with probability ε',
    reference: 'halted, min_halt_steps',
    file: 'worker/model/halting.ts',
    names: ['wantsToHalt', 'comparesHaltingLogits'],
  },
  {
    paper: 'HRM: the target of Q_continue, from a second forward pass (and the ablation "with ACT-continue")',
    reference: 'hrm.py, target_q_continue',
    file: 'worker/model/halting.ts',
    names: ['continueTarget', 'learnsToContinue'],
  },
  {
    paper: 'loss.backward()',
    reference: 'pretrain.py, train_batch',
    file: 'worker/train/forward.ts',
    names: ['forwardAndGradients'],
  },
  {
    paper: 'opt.step(): AdamATan2',
    reference: 'package adam-atan2',
    file: 'worker/train/optimizer.ts',
    names: ['adamAtan2'],
  },
  {
    paper: 'puzzle embeddings by sign-SGD',
    reference: 'models/sparse_embedding.py',
    file: 'worker/train/optimizer.ts',
    names: ['signSgdRows'],
  },
  {
    paper: 'EMA of the weights, 0.999',
    reference: 'models/ema.py',
    file: 'worker/train/update.ts',
    names: ['emaRate'],
  },
  {
    paper: 'truncated LeCun initialisation; Q head 0 with bias −5',
    reference: 'models/common.py, trunc_normal_init_',
    file: 'worker/model/parameters.ts',
    names: ['parameterShapes', 'initialParameters'],
  },
  {
    paper: 'linear warm-up of the learning rate',
    reference: 'pretrain.py, cosine_schedule_with_warmup_lr_lambda',
    file: 'worker/train/schedule.ts',
    names: ['learningRateAt'],
  },
  {
    paper: 'each epoch draws one example of every group',
    reference: 'puzzle_dataset.py',
    file: 'worker/train/batches.ts',
    names: ['createBatchStream'],
  },
];
