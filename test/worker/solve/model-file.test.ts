// Model files that are damaged, foreign or hostile end with one clear message; whole ones are read as written.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../common/errors.ts';
import { encodeModel } from '../../../worker/capture/onnx/schema.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { openModel } from '../../../worker/solve/model.ts';
import { readModelFile } from '../../../worker/solve/model-file.ts';
import { temporaryFolder } from '../tiny-experiment.ts';
import { echoGraph, echoMetadata, encodeEcho, withoutOutput } from './echo-model.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
let graph: Uint8Array;

before(async () => {
  await startRuntime();
  root = await temporaryFolder();
  path = join(root.path, 'model.onnx');
  graph = echoGraph();
});
after(() => root[Symbol.asyncDispose]());

test('a whole file is read with all its metadata, and opened', async () => {
  writeFileSync(path, encodeEcho(graph));
  const { metadata } = await readModelFile(path);
  assert.deepEqual(metadata, {
    ...echoMetadata,
    graphSha256: createHash('sha256').update(graph).digest('hex'),
  });
  const model = await openModel(path, { threads: 1 });
  const { cells, vocabulary, latentSize } = model;
  assert.deepEqual({ cells, vocabulary, latentSize }, { cells: 16, vocabulary: 6, latentSize: 17 * 32 });
  await model.close();
});

test('texts in the metadata stay what they are, and keys of other programs do not matter', async () => {
  writeFileSync(path, encodeEcho(graph, { 'trm.task': '{"4": true}', author: 'somebody' }));
  assert.equal((await readModelFile(path)).metadata.task, '{"4": true}');
});

/** The message of a model error: what, found and expected. */
function messageOf(what: string, found: string, expected: string): string {
  return [
    what,
    `  where:    ${path}`,
    `  found:    ${found}`,
    `  expected: ${expected}`,
    '  to do:    export the model again with `trm export`',
  ].join('\n');
}

describe('a file that is refused', () => {
  const noModel = 'This is no ONNX model, or it was cut short';
  const faults: [string, () => Uint8Array | string, () => string][] = [
    ['empty', () => '', () => messageOf('This is no ONNX model', '0 bytes without a graph', 'an .onnx file')],
    [
      'a text',
      () => 'source,question,answer,rating\n',
      () =>
        messageOf(noModel, '30 bytes that cannot be read as one', 'an .onnx file that `trm export` wrote'),
    ],
    [
      'of another program',
      () => {
        const [producerName, producerVersion, documentation] = ['pytorch', '2.8', ''];
        return encodeModel({
          irVersion: 8,
          opset: 18,
          producerName,
          producerVersion,
          documentation,
          metadata: {},
          graph,
        });
      },
      () =>
        messageOf(
          'This ONNX model was not exported by TRM Studio',
          'a model of pytorch, without metadata of ours',
          'a model that `trm export` wrote',
        ),
    ],
    [
      'of a later version',
      () => encodeEcho(graph, { 'trm.format': '2' }),
      () =>
        messageOf(
          'The description inside the model is damaged or of another version',
          '✖ Invalid input: expected 1   → at format',
          'the description that this version of TRM Studio writes',
        ),
    ],
    [
      'without its digest',
      () => encodeEcho(graph, { 'trm.graphSha256': undefined }),
      () =>
        messageOf(
          'The description inside the model is damaged or of another version',
          '✖ Invalid input: expected string, received undefined   → at graphSha256',
          'the description that this version of TRM Studio writes',
        ),
    ],
  ];
  for (const [name, bytes, message] of faults) {
    test(name, async () => {
      writeFileSync(path, bytes());
      await assert.rejects(readModelFile(path), { name: 'UserError', message: message() });
    });
  }

  test('missing, or a folder', async () => {
    const missing = join(root.path, 'nowhere.onnx');
    await assert.rejects(readModelFile(missing), {
      message: [
        'Cannot read the model',
        `  where:    ${missing}`,
        '  found:    there is no such file or folder',
        '  to do:    check the path',
      ].join('\n'),
    });
    const folder = join(root.path, 'folder.onnx');
    mkdirSync(folder);
    await assert.rejects(readModelFile(folder), {
      name: 'UserError',
      message: /this is a folder, not a file/,
    });
  });

  test('cut short anywhere', async () => {
    const bytes = encodeEcho(graph);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        writeFileSync(path, bytes.subarray(0, length));
        await assert.rejects(readModelFile(path), UserError);
      }),
    );
  });

  test('with a flipped bit in the graph', async () => {
    const bytes = encodeEcho(graph);
    const graphStart = Buffer.from(bytes).indexOf(graph);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: graph.length - 1 }), fc.nat({ max: 7 }), async (place, bit) => {
        const damaged = Uint8Array.from(bytes);
        damaged[graphStart + place]! ^= 1 << bit;
        writeFileSync(path, damaged);
        await assert.rejects(readModelFile(path), {
          message: /^The model is damaged, or its graph was changed after the export\n/,
        });
      }),
    );
  });

  test('of random bytes, or with a flipped bit anywhere: a UserError if any', async () => {
    const bytes = encodeEcho(graph);
    const flipped = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 })).map(([place, bit]) => {
      const damaged = Uint8Array.from(bytes);
      damaged[place]! ^= 1 << bit;
      return damaged;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 400 }), flipped), async (content) => {
        writeFileSync(path, content);
        await readModelFile(path).catch((error) => assert.ok(error instanceof UserError, error));
      }),
    );
  });
});

describe('a file with the right seal and the wrong graph', () => {
  test('that ONNX Runtime cannot read', async () => {
    writeFileSync(path, encodeEcho(new TextEncoder().encode('no graph at all')));
    await assert.rejects(openModel(path), (error: Error) => {
      assert.equal(error.name, 'UserError');
      assert.match(error.message, /^ONNX Runtime cannot open the model\n {2}where: /);
      return true;
    });
  });

  test('that lacks an output', async () => {
    writeFileSync(path, encodeEcho(echoGraph(withoutOutput('halt_logits'))));
    await assert.rejects(openModel(path), {
      message: messageOf(
        'The graph of the model does not take and give what it should',
        'halt_logits: missing',
        'float32 [batch]',
      ),
    });
  });

  test('whose puzzles have another size than the metadata says', async () => {
    const sizes = { sequenceLength: 81, vocabularySize: 11, puzzleIdentifierCount: 1 };
    writeFileSync(path, encodeEcho(graph, { 'trm.sizes': JSON.stringify(sizes) }));
    await assert.rejects(openModel(path), {
      message: messageOf(
        'The graph of the model does not take and give what it should',
        'inputs: int32 [batch, 16]',
        'int32 [batch, 81]',
      ),
    });
  });
});
