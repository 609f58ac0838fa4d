// The recursion of a Tiny Recursion Model for anything with ONNX Runtime: `ort` is onnxruntime-node or onnxruntime-web.

/** `Infinity` where a criterion cannot be told here: the check by the rules of the puzzle is left to the caller. */
const comparisons = { '>=': (value, bound) => value >= bound, '<=': (value, bound) => value <= bound };

export function halts(rule, signals) {
  if (rule.all) return rule.all.every((part) => halts(part, signals));
  if (rule.any) return rule.any.some((part) => halts(part, signals));
  const value = signals[rule.criterion] ?? null;
  return rule.comparison === null
    ? value === true
    : value !== null && comparisons[rule.comparison](value, rule.bound);
}

/** Tokens of a text with one character a cell; spaces at line ends and line ends do not count. */
export function parsePuzzle({ characters, gridRows, gridColumns, domain }, text) {
  const cells = [...text.replace(domain === 'maze' ? /[\r\n]/g : /\s/g, '')];
  const tokens = cells.map((character) => characters?.findIndex((names) => names.includes(character)) ?? -1);
  if (cells.length !== gridRows * gridColumns || tokens.includes(-1)) {
    throw new Error(
      `A puzzle has ${gridRows}x${gridColumns} characters of ${characters?.join('') ?? 'none'}`,
    );
  }
  return Int32Array.from(tokens);
}

export const formatAnswer = ({ characters }, answer) =>
  characters ? Array.from(answer, (token) => characters[token][0]).join('') : Array.from(answer).join(' ');

/** Solves one puzzle; `onStep` sees every supervision step. */
export async function solve(ort, session, model, puzzle, identifier = 0, onStep = () => {}) {
  const { names, tokens, hidden } = model.latents;
  const zeros = new ort.Tensor('float32', new Float32Array(tokens * hidden), [1, tokens, hidden]);
  let latents = Object.fromEntries(names.map((name) => [name, zeros]));
  let [answer, stable] = [puzzle, 1];
  const started = performance.now();
  for (let step = 1; ; step++) {
    const out = await session.run({
      inputs: new ort.Tensor('int32', puzzle, [1, puzzle.length]),
      puzzle_identifiers: new ort.Tensor('int32', Int32Array.of(identifier), [1]),
      ...latents,
      reset: new ort.Tensor('int32', Int32Array.of(step === 1 ? 1 : 0), [1]),
    });
    const read = readLogits(out.logits.data, model.tokens.length, model.tokenDistribution);
    const changed = read.answer.filter((token, cell) => token !== answer[cell]).length;
    stable = step > 1 && changed === 0 ? stable + 1 : 1;
    const [before, after] = [latents[names[0]].data, out[`next_${names[0]}`].data];
    const [halt, go] = [out.halt_logits.data[0], out.continue_logits.data[0]];
    const signals = { q: sigmoid(halt), 'halt>continue': sigmoid(halt) > sigmoid(go), stable, steps: step };
    Object.assign(signals, read.certainty, { ms: performance.now() - started });
    signals.residual = step === 1 ? null : relativeChange(before, after);
    answer = read.answer;
    const done = step >= model.maximumSteps || halts(model.haltingRule, signals);
    onStep({ step, answer, changed, haltProbability: signals.q, done });
    if (done) return { answer, steps: step, haltProbability: signals.q };
    latents = Object.fromEntries(names.map((name) => [name, out[`next_${name}`]]));
  }
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

function readLogits(logits, vocabulary, distribution) {
  const answer = new Int32Array(logits.length / vocabulary);
  let [sum, weakest, entropy] = [0, 1, 0];
  for (let cell = 0; cell < answer.length; cell++) {
    const scores = logits.subarray(cell * vocabulary, (cell + 1) * vocabulary);
    const best = scores.indexOf(Math.max(...scores));
    const weigh = (x) =>
      distribution === 'softmax' ? Math.exp(x - scores[best]) : x >= 0 ? x + 1 : 1 / (1 - x);
    const weights = Array.from(scores, weigh);
    const total = weights.reduce((a, b) => a + b);
    answer[cell] = best;
    sum += weights[best] / total;
    weakest = Math.min(weakest, weights[best] / total);
    for (const weight of weights) if (weight > 0) entropy -= (weight / total) * Math.log(weight / total);
  }
  const certainty = { confidence: sum / answer.length, weakest, entropy: entropy / answer.length };
  return { answer, certainty };
}

function relativeChange(before, after) {
  let [moved, length] = [0, 0];
  for (let i = 0; i < before.length; i++) {
    moved += (before[i] - after[i]) ** 2;
    length += before[i] ** 2;
  }
  return moved === 0 ? 0 : Math.sqrt(moved / length);
}

/** Times the example puzzles, or the one given, and returns what TRM Studio reads as a device benchmark. */
export async function benchmark(ort, session, model, facts, { coldStartMs, puzzles, rounds = 3 }) {
  const [times, steps] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const { puzzle, identifier } of puzzles) {
      const started = performance.now();
      steps.push((await solve(ort, session, model, Int32Array.from(puzzle), identifier)).steps);
      times.push(performance.now() - started);
    }
  }
  times.sort((a, b) => a - b);
  const quantile = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  return {
    format: 'trm-device-benchmark/1',
    ...facts,
    modelSha256: model.sha256,
    coldStartMs,
    latencyMsP50: quantile(0.5),
    latencyMsP95: quantile(0.95),
    puzzles: times.length,
    steps: steps.reduce((a, b) => a + b) / steps.length,
    time: new Date().toISOString(),
  };
}

/** The puzzles to measure with: the examples, or an empty grid where there are none. */
export function benchmarkPuzzles({ examples, gridRows, gridColumns }) {
  if (examples.length > 0) return examples;
  return [{ puzzle: new Array(gridRows * gridColumns).fill(1), identifier: 0 }];
}
