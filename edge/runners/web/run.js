// Runs a bundled model in a web page:
//   import { openModel } from './run.js';
//   const model = await openModel();            // ONNX Runtime of the bundle, or { runtimeUrl: 'https://…/' }
//   const { answer, steps } = await model.solve('53..7....…');

import { benchmark, benchmarkPuzzles, formatAnswer, parsePuzzle, solve } from '../solve.js';

const root = new URL('../../', import.meta.url);

/** Opens a model of the bundle: the first, or the one of this name. */
export async function openModel({ name, runtimeUrl, threads = 1 } = {}) {
  const started = performance.now();
  const { models } = await (await fetch(new URL('vocabulary.json', root))).json();
  const model = name ? models.find((known) => known.name === name) : models[0];
  if (!model) throw new Error(`No model ${name}; there are ${models.map((known) => known.name).join(', ')}`);
  // The bundle's own files end in .js, which every static server knows for JavaScript.
  const [folder, ending] = runtimeUrl ? [runtimeUrl, 'mjs'] : [new URL('web/runtime/', root).href, 'js'];
  const ort = await import(new URL(`ort.wasm.min.${ending}`, folder).href);
  const binary = new URL('ort-wasm-simd-threaded', folder).href;
  ort.env.wasm.wasmPaths = { mjs: `${binary}.${ending}`, wasm: `${binary}.wasm` };
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(new URL(model.file, root).href);
  const run = (puzzle, identifier, onStep) => solve(ort, session, model, puzzle, identifier, onStep);
  return {
    model,
    /** The answer to a puzzle as text (one character a cell) or tokens; `onStep` sees every supervision step. */
    async solve(puzzle, { identifier = 0, onStep } = {}) {
      const tokens = typeof puzzle === 'string' ? parsePuzzle(model, puzzle) : Int32Array.from(puzzle);
      const solved = await run(tokens, identifier, onStep);
      return { ...solved, text: formatAnswer(model, solved.answer) };
    },
    /** What TRM Studio imports as a device benchmark. */
    async benchmark(device = navigator.userAgent.slice(0, 200)) {
      const puzzles = benchmarkPuzzles(model);
      await run(Int32Array.from(puzzles[0].puzzle), puzzles[0].identifier);
      const coldStartMs = performance.now() - started;
      const runtime = `onnxruntime-web ${ort.env.versions.web ?? ''} (WebAssembly)`;
      const facts = { device, runtime, threads, peakMemoryBytes: null };
      return benchmark(ort, session, model, facts, { coldStartMs, puzzles });
    },
  };
}
