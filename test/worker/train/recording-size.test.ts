// Recording the training step of every config in its own sizes holds nothing large: graphs are small whatever the
// batch, and nothing real is computed.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { before, describe, test } from 'node:test';
import { trainingOf } from '../../../bench/startup.ts';
import { projectFolder } from '../../../engine/paths.ts';
import { recordProgram } from '../../../worker/capture/record.ts';
import { clusterGraph } from '../../../worker/capture/tensorflow/cluster.ts';
import { emitTensorFlow, resultNames } from '../../../worker/capture/tensorflow/emit.ts';
import { encodeSavedModel } from '../../../worker/capture/tensorflow/schema.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { trainingProgram } from '../../../worker/train/step.ts';

before(() => startRuntime());

const configFolder = join(projectFolder, 'configs');
const configs = readdirSync(configFolder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.yaml'),
);

describe('the recorded training step of each config', () => {
  for (const config of configs) {
    test(relative(configFolder, join(configFolder, config)), () => {
      const { experiment, sizes } = trainingOf(join(configFolder, config));
      const { training, halting, model } = experiment;
      const peakBefore = process.resourceUsage().maxRSS;
      const graph = recordProgram(
        trainingProgram({ specification: { ...model, ...sizes }, training, halting }),
      );
      const plain = { nodes: emitTensorFlow(graph), functions: [] };
      const compiled = clusterGraph(emitTensorFlow(graph, 'bfloat16'), resultNames(graph));
      for (const message of [plain, compiled]) {
        const { length } = encodeSavedModel(message);
        assert.ok(length < 4e6, `${length} bytes`);
      }
      const constants = graph.nodes.flatMap((node) => (node.kind === 'constant' ? [node.values.length] : []));
      assert.ok(Math.max(...constants) < 250_000, `a constant of ${Math.max(...constants)} numbers`);
      const grownBytes = (process.resourceUsage().maxRSS - peakBefore) * 1024;
      assert.ok(grownBytes < 1e9, `${grownBytes} bytes`);
    });
  }
});
