// Every precision and form of a model of random weights, run by ONNX Runtime: close to the float32 step graph, and the
// loop equal to the recursion around its own step graph.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type GraphForm, precisions, variantSuffix } from '../../../../common/config/precision.ts';
import { parseHaltingRule } from '../../../../common/halting/rule.ts';
import type { TokenPuzzles } from '../../../../common/solving/puzzles.ts';
import { runRecursion } from '../../../../common/solving/recursion.ts';
import { emptyLatents } from '../../../../common/solving/step-model.ts';
import { decodeModel } from '../../../../worker/capture/onnx/schema.ts';
import { type Checkpoint, loadCheckpoint } from '../../../../worker/checkpoint/load.ts';
import { encodeCheckpoint, type Variant } from '../../../../worker/export/encode.ts';
import { startRuntime } from '../../../../worker/runtime.ts';
import { openModelBytes, openWholeModel } from '../../../../worker/solve/model.ts';
import { decodeModelFile } from '../../../../worker/solve/model-file.ts';
import { temporaryFolder } from '../../tiny-experiment.ts';
import { makeTinyCheckpoint, type TinyCheckpoint } from '../tiny-checkpoint.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let tiny: TinyCheckpoint;
let checkpoint: Checkpoint;

before(async () => {
  await startRuntime();
  root = await temporaryFolder();
  tiny = await makeTinyCheckpoint(root.path);
  checkpoint = await loadCheckpoint(tiny.folder);
});
after(() => root[Symbol.asyncDispose]());

const COUNT = 6;

function puzzles(): TokenPuzzles {
  const inputs = Int32Array.from({ length: COUNT * 16 }, (_, index) => 1 + ((index * 7 + (index >> 4)) % 5));
  return { count: COUNT, inputs, identifiers: new Int32Array(COUNT) };
}

function encode(variant: Partial<Variant>): Uint8Array {
  return encodeCheckpoint(checkpoint, tiny.weights, {
    opset: 18,
    weights: 'ema',
    evaluation: null,
    ...variant,
  });
}

const open = (variant: Partial<Variant>) => openModelBytes(decodeModelFile(encode(variant), 'tiny'), 'tiny');
const openWhole = (variant: Partial<Variant>) =>
  openWholeModel(decodeModelFile(encode({ ...variant, form: 'loop' }), 'tiny'), 'tiny');

async function firstLogits(variant: Partial<Variant>): Promise<Float32Array> {
  const model = await open(variant);
  const { inputs, identifiers } = puzzles();
  const latents = emptyLatents(model, COUNT);
  const reset = new Int32Array(COUNT).fill(1);
  const { logits } = await model.step({ inputs, puzzleIdentifiers: identifiers, latents, reset });
  await model.close();
  return logits;
}

describe('a step', () => {
  /** Largest deviation of a logit, relative to the largest logit, and bytes against float32. */
  const bounds = {
    float32: [0, 1],
    float16: [0.005, 0.7],
    // What goes into a product is rounded too, with one scale for all of it.
    int8: [0.6, 0.6],
    'int8-weights': [0.05, 0.6],
    'int4-weights': [0.5, 0.5],
  } as const;

  for (const precision of precisions) {
    test(`in ${precision} is close to float32, and smaller`, async () => {
      const [expected, found] = [await firstLogits({}), await firstLogits({ precision })];
      const [deviation, size] = bounds[precision];
      const largest = Math.max(...expected.map(Math.abs));
      const difference = Math.max(
        ...expected.map((value, index) => Math.abs(value - (found[index] as number))),
      );
      assert.ok(difference <= deviation * largest, `${difference} of ${largest}`);
      assert.ok(precision === 'float32' || difference > 0);
      const graphBytes = (bytes: Uint8Array) => decodeModel(bytes).graph.length;
      const share = graphBytes(encode({ precision })) / graphBytes(encode({}));
      assert.ok(share <= size, `${share} of the size`);
    });
  }

  test('for a fixed batch takes any number of puzzles all the same', async () => {
    const expected = await firstLogits({});
    for (const batch of [1, 4, 6, 8]) {
      const found = await firstLogits({ batch });
      assert.equal(found.length, expected.length);
      assert.ok(expected.every((value, index) => Math.abs(value - (found[index] as number)) < 1e-4));
    }
  });
});

describe('the self-contained graph', () => {
  const rules = [
    'q>=0.5',
    'steps>=2',
    'stable>=2',
    'halt>continue',
    '(q>=0.9 or stable>=2) and steps>=2 or q>=0.99',
  ];
  for (const halting of rules) {
    test(`is the recursion around the step graph: ${halting}`, async () => {
      const [step, whole] = [await open({ halting }), await openWhole({ halting })];
      const found = await whole.solve(puzzles());
      let compared = 0;
      const options = { maximumSteps: step.metadata.maximumSteps, rule: parseHaltingRule(halting) };
      for await (const { row, answer, signals, halted } of runRecursion(step, puzzles(), options)) {
        if (!halted) continue;
        compared++;
        assert.deepEqual(found.answers.slice(row * 16, (row + 1) * 16), answer);
        assert.equal(found.steps[row], signals.step);
        assert.ok(Math.abs((found.haltProbabilities[row] as number) - signals.haltProbability) < 1e-5);
      }
      assert.equal(compared, COUNT);
      await Promise.all([step.close(), whole.close()]);
    });
  }

  for (const precision of precisions) {
    test(`runs in ${precision}, for any and for a fixed number of puzzles`, async () => {
      for (const batch of [null, 1, 4]) {
        const whole = await openWhole({ precision, batch });
        const { answers, steps } = await whole.solve(puzzles());
        assert.equal(answers.length, COUNT * 16);
        assert.ok(steps.every((taken) => taken >= 1 && taken <= 3));
        await whole.close();
      }
    });
  }

  test('cannot follow a rule that needs more than answer and halting logits', () => {
    assert.throws(() => encode({ form: 'loop', halting: 'q>=0.5 or residual<=0.1' }), {
      name: 'UserError',
      message: [
        'The halting rule cannot be part of a graph',
        '  where:    q>=0.5 or residual<=0.1',
        '  found:    residual',
        '  expected: only q, halt>continue, stable, steps',
        "  to do:    give another rule with --halt, such as 'q>=0.5', or export the step graph with --form step",
      ].join('\n'),
    });
  });

  test('is refused where single steps are needed', async () => {
    await assert.rejects(open({ form: 'loop' }), {
      message: [
        'The model gives answers only, and this needs its single steps',
        '  where:    tiny',
        '  found:    a self-contained graph (form loop)',
        '  expected: a step graph',
        '  to do:    use the export without --form loop, or the run that it comes from',
      ].join('\n'),
    });
  });
});

test('the name of a variant says what differs', () => {
  const suffixes = (['step', 'loop'] as GraphForm[]).flatMap((form) =>
    precisions.map((precision) => variantSuffix(precision, form, form === 'loop' ? 8 : null)),
  );
  assert.deepEqual(suffixes, [
    '',
    '-float16',
    '-int8',
    '-int8-weights',
    '-int4-weights',
    '-loop-b8',
    '-float16-loop-b8',
    '-int8-loop-b8',
    '-int8-weights-loop-b8',
    '-int4-weights-loop-b8',
  ]);
});
