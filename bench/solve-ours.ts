// Solves test puzzles with an exported model in ONNX Runtime; a line asks for all of them once. See answer-lines.ts.

import { z } from 'zod';
import { parseHaltingRule } from '../common/halting/rule.ts';
import { IGNORED_LABEL } from '../common/labels.ts';
import { takePuzzles } from '../common/solving/puzzles.ts';
import { runRecursion } from '../common/solving/recursion.ts';
import { openDataset } from '../worker/dataset/open.ts';
import { openModel } from '../worker/solve/model.ts';
import { readTestPuzzles } from '../worker/solve/puzzles.ts';
import { answerLines } from './answer-lines.ts';

const settingsSchema = z.object({
  modelFile: z.string(),
  datasetFolder: z.string(),
  puzzles: z.number(),
  batchSize: z.number(),
  /** Null lets every puzzle have all steps. */
  haltThreshold: z.number().nullable(),
});

const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? ''));
const { batchSize, puzzles } = settings;
const model = await openModel(settings.modelFile);
const dataset = openDataset(settings.datasetFolder);
const available = dataset.split('test').exampleCount;
const examples = Uint32Array.from({ length: puzzles }, (_, index) =>
  Math.floor((index * available) / puzzles),
);
const chosen = readTestPuzzles(dataset, examples);
const options = {
  maximumSteps: model.metadata.maximumSteps,
  rule: settings.haltThreshold === null ? null : parseHaltingRule(`q>=${settings.haltThreshold}`),
};

async function solve() {
  let [exact, steps] = [0, 0];
  const batchesMs: number[] = [];
  for (let first = 0; first < puzzles; first += batchSize) {
    const start = performance.now();
    const batch = takePuzzles(chosen, first, batchSize);
    for await (const { row, signals, answer, halted } of runRecursion(model, batch, options)) {
      if (!halted) continue;
      steps += signals.step;
      exact += Number(isExact(answer, takePuzzles(batch, row, 1).labels ?? new Int32Array()));
    }
    batchesMs.push(performance.now() - start);
  }
  return { puzzles, exact, meanSteps: steps / puzzles, batchesMs };
}

/** Whether every cell that counts is right. */
function isExact(answer: Int32Array, labels: Int32Array): boolean {
  return labels.every((label, cell) => label === IGNORED_LABEL || label === answer[cell]);
}

await solve();
await answerLines({}, solve);
