// A model that answers by a seeded draw: each row goes its own way, whatever stands beside it.

import { createRandom } from '../../../common/random.ts';
import type { StepModel } from '../../../common/solving/step-model.ts';

const [cells, vocabulary, latentSize] = [3, 4, 2];

/** The latents count steps and name the puzzle, so that a row's outputs hang on nothing else. */
export function scriptedModel(seed: number): StepModel {
  return {
    path: 'scripted',
    cells,
    vocabulary,
    tokenDistribution: 'softmax',
    latentNames: ['z'],
    latentSize,
    async step({ inputs, latents, reset }) {
      const rows = reset.length;
      const logits = new Float32Array(rows * cells * vocabulary);
      const next = new Float32Array(rows * latentSize);
      const [haltLogits, continueLogits] = [new Float32Array(rows), new Float32Array(rows)];
      for (let row = 0; row < rows; row++) {
        const before = reset[row] === 1 ? 0 : (latents.z?.[row * latentSize] ?? 0);
        const puzzle = inputs.slice(row * cells, (row + 1) * cells).join();
        const random = createRandom(seed, puzzle, Math.round(before * 1e6));
        next[row * latentSize] = before + 1 + random.uniform();
        next[row * latentSize + 1] = 1;
        haltLogits[row] = 6 * random.uniform() - 3;
        continueLogits[row] = 6 * random.uniform() - 3;
        for (let index = 0; index < cells * vocabulary; index++) {
          logits[row * cells * vocabulary + index] = 4 * random.uniform();
        }
      }
      return { logits, haltLogits, continueLogits, latents: { z: next } };
    },
  };
}
