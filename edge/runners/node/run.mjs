// Runs a bundled model in Node. Needs: npm install onnxruntime-node
//   node run.mjs --puzzle TEXT | --example NUMBER   [--model NAME] [--identifier NUMBER]
//   node run.mjs --benchmark   [--device NAME] [--threads NUMBER] [--output benchmark.json]

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-node';
import { benchmark, benchmarkPuzzles, formatAnswer, parsePuzzle, solve } from '../solve.js';

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    ...{ model: text, puzzle: text, example: text, identifier: { ...text, default: '0' } },
    ...{ benchmark: { type: 'boolean' }, device: text, threads: { ...text, default: '0' } },
    output: { ...text, default: 'benchmark.json' },
  },
});

const root = new URL('../../', import.meta.url);
const { models } = JSON.parse(await readFile(new URL('vocabulary.json', root), 'utf8'));
const model = values.model ? models.find(({ name }) => name === values.model) : models[0];
if (!model)
  throw new Error(`No model ${values.model}; there are ${models.map(({ name }) => name).join(', ')}`);

const bytes = await readFile(new URL(model.file, root));
const found = createHash('sha256').update(bytes).digest('hex');
if (found !== model.sha256) throw new Error(`${model.file} is damaged: its SHA-256 is ${found}`);
const threads = Number(values.threads);
const started = performance.now();
const session = await ort.InferenceSession.create(bytes, {
  logSeverityLevel: 3,
  ...(threads > 0 && { intraOpNumThreads: threads }),
});

if (values.benchmark) {
  const puzzles = benchmarkPuzzles(model);
  await solve(ort, session, model, Int32Array.from(puzzles[0].puzzle), puzzles[0].identifier);
  const coldStartMs = performance.now() - started;
  const { version } = ort.env.versions.node ? { version: ort.env.versions.node } : ort.env.versions;
  const facts = {
    device: values.device ?? `${cpus()[0]?.model.trim() || 'CPU'} (${platform()} ${arch()})`,
    runtime: `onnxruntime-node ${version ?? ''} (Node ${process.version})`,
    threads: threads > 0 ? threads : null,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
  const result = await benchmark(ort, session, model, facts, { coldStartMs, puzzles });
  result.peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  await writeFile(values.output, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
} else {
  const example = model.examples[Number(values.example ?? 1) - 1];
  const puzzle = values.puzzle ? parsePuzzle(model, values.puzzle) : Int32Array.from(example?.puzzle ?? []);
  const identifier = values.puzzle ? Number(values.identifier) : (example?.identifier ?? 0);
  const { answer, steps, haltProbability } = await solve(ort, session, model, puzzle, identifier);
  console.log(JSON.stringify({ answer: formatAnswer(model, answer), steps, haltProbability }));
}
