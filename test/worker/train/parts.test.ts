// A batch in parts must end where the whole batch ends: weights, moments, averages, puzzle table, carry and measures.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { NamedArrays } from '../../../worker/capture/program.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { isLasting } from '../../../worker/train/state-names.ts';
import { excess } from '../golden.ts';
import { type Kind, tinySetup, tinyTrain } from './tiny-step.ts';

before(() => startRuntime());

/** State in parts laid out as that of the whole batch is: `[parts, outer…, part, inner…]` with the batch in its place. */
function joined(
  name: string,
  values: NamedArrays[string],
  parts: number,
  outer: number,
): NamedArrays[string] {
  if (!name.startsWith('carry/')) return values;
  const inner = values.length / parts / outer;
  return values.map((_, at) => {
    const [block, rest] = [Math.floor(at / (parts * inner)), at % (parts * inner)];
    const [part, within] = [Math.floor(rest / inner), rest % inner];
    return values[(part * outer + block) * inner + within] as number;
  });
}

async function compare(training: Record<string, unknown>, kind: Kind, mixer: string, tolerance: number) {
  const positions = mixer === 'mlp' ? 'none' : 'rope';
  const setup = (microBatches: number) =>
    tinySetup({ ...training, microBatches }, { maximumSteps: 2 }, { mixer, positions });
  const whole = await tinyTrain(setup(1), kind, 3);
  for (const parts of kind === 'eager' ? [3] : [2, 6]) {
    const inParts = await tinyTrain(setup(parts), kind, 3);
    for (const [index, metrics] of inParts.metrics.entries()) {
      assert.ok(
        excess(Object.values(metrics), Object.values(whole.metrics[index] ?? {}), tolerance, 1e-4) <= 0,
      );
    }
    const names = Object.keys(inParts.state).filter(isLasting);
    assert.deepEqual(names, Object.keys(whole.state));
    for (const name of names) {
      // Latents lie tokens first: 4 tokens, and candidates after them.
      const outer = /^carry\/(high|low)$/.test(name)
        ? 4 * (name === 'carry/low' ? Number(training.candidates ?? 1) : 1)
        : 1;
      const ours = joined(name, inParts.state[name] as Float32Array, parts, outer);
      // Rounding errors grow most in the latents.
      const allowed = name.startsWith('carry/') ? 10 * tolerance : tolerance;
      assert.ok(excess(ours, whole.state[name] as Float32Array, allowed) <= 0, `${parts} parts, ${name}`);
    }
  }
}

for (const kind of ['captured', 'eager'] as const) {
  for (const mixer of ['mlp', 'attention']) {
    describe(`${mixer}, ${kind}`, () => {
      test('adamw', () => compare({ optimizer: 'adamw', adamEpsilon: 1e-2 }, kind, mixer, 1e-4));
      test('muon with clipping', () =>
        compare({ optimizer: 'muon', adamEpsilon: 1e-2, gradientClipping: 0.1 }, kind, mixer, 1e-3));
      test('candidates', () =>
        compare({ optimizer: 'adamw', adamEpsilon: 1e-2, candidates: 3 }, kind, mixer, 1e-4));
    });
  }
}
