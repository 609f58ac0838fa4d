// What is live at one time, on graphs made by hand whose peaks are known.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Graph } from '../../../worker/capture/graph.ts';
import { createExactAllocator } from '../../../worker/estimate/allocator.ts';
import { createSimulation } from '../../../worker/estimate/simulate.ts';
import { graphOf, input, kernel, kilobytes, state } from './graphs.ts';

/** Peak and remaining memory in kB after so many runs. */
function memoryOf(graph: Graph, { runs = 1, lanes = 1, outputs = Object.keys(graph.outputs) } = {}) {
  const allocator = createExactAllocator();
  const simulation = createSimulation(graph, { allocator, lanes, outputs });
  for (let run = 0; run < runs; run++) simulation.run();
  return { peak: allocator.touchedBytes() / 1024, live: allocator.liveBytes() / 1024 };
}

const one = kilobytes(1);

test('an operation that is its input\u2019s last reader writes over it', () => {
  const chain = graphOf(
    [input('x', one), kernel('Neg', [0], one), kernel('Exp', [1], one), kernel('Sqrt', [2], one)],
    {
      outputs: { y: 3 },
    },
  );
  assert.deepEqual(memoryOf(chain), { peak: 1, live: 0 });
});

test('an operation that is not the last reader needs memory of its own', () => {
  const graph = graphOf(
    [input('x', one), kernel('Neg', [0], one), kernel('Exp', [1], one), kernel('Multiply', [2, 1], one)],
    { outputs: { y: 3 } },
  );
  assert.deepEqual(memoryOf(graph), { peak: 2, live: 0 });
});

test('a matrix product and a sum never write over their inputs', () => {
  const matrix = { shape: [16, 16], type: 'float32' as const };
  const graph = graphOf(
    [
      input('x', matrix),
      kernel('Neg', [0], matrix),
      kernel('BatchMatMul', [1, 1], matrix),
      kernel('Sum', [2], matrix),
    ],
    { outputs: { y: 3 } },
  );
  assert.deepEqual(memoryOf(graph), { peak: 2, live: 0 });
});

test('reshapes and parts along the first axis share memory, parts along others do not', () => {
  const whole = { shape: [2, 256], type: 'float32' as const };
  const graph = (attributes: Record<string, number[]>, part: number[]) =>
    graphOf(
      [
        input('x', whole),
        kernel('Exp', [0], whole),
        kernel('Reshape', [1], whole, { shape: [2, 256] }),
        kernel('Slice', [2], { shape: part, type: 'float32' }, attributes),
        kernel('Sum', [3], { shape: [1], type: 'float32' }),
      ],
      { outputs: { y: 4 } },
    );
  const alongFirst = graph({ begin: [1, 0], size: [1, 256] }, [1, 256]);
  const alongSecond = graph({ begin: [0, 128], size: [2, 128] }, [2, 128]);
  assert.deepEqual(memoryOf(alongFirst), { peak: 2 + 4 / 1024, live: 0 });
  assert.deepEqual(memoryOf(alongSecond), { peak: 3, live: 0 });
});

test('state keeps its memory; its new value takes the place of the old one when both have been alive', () => {
  const graph = graphOf([state('w', kilobytes(4)), kernel('Neg', [0], kilobytes(4))], { state: { w: 1 } });
  assert.deepEqual(memoryOf(graph), { peak: 8, live: 4 });
  assert.deepEqual(memoryOf(graph, { runs: 5 }), { peak: 8, live: 4 });
});

test('new state that others still read is not written over', () => {
  const graph = graphOf([state('w', one), kernel('Neg', [0], one), kernel('Exp', [1], one)], {
    state: { w: 1 },
    outputs: { y: 2 },
  });
  assert.deepEqual(memoryOf(graph, { runs: 3 }), { peak: 2, live: 1 });
});

test('nothing is computed for outputs that are not asked for', () => {
  const graph = graphOf(
    [input('x', one), kernel('Neg', [0], one), kernel('OneHot', [0], kilobytes(100), { depth: 100 })],
    { outputs: { small: 1, large: 2 } },
  );
  assert.deepEqual(memoryOf(graph, { outputs: ['small'] }), { peak: 1, live: 0 });
  assert.deepEqual(memoryOf(graph), { peak: 101, live: 0 });
});

test('two lanes hold two branches at a time, one lane one after the other', () => {
  const large = kilobytes(8);
  const scalar = { shape: [1], type: 'float32' as const };
  const graph = graphOf(
    [
      input('x', scalar),
      ...[0, 0].map((from) => kernel('OneHot', [from], large)),
      ...[1, 2].map((from) => kernel('Sum', [from], scalar)),
      kernel('Add', [3, 4], scalar),
    ],
    { outputs: { y: 5 } },
  );
  assert.deepEqual(memoryOf(graph), { peak: 8 + 8 / 1024, live: 0 });
  assert.deepEqual(memoryOf(graph, { lanes: 2 }), { peak: 16 + 8 / 1024, live: 0 });
});
