// The self-contained graph: puzzles in; answers, steps and halting probabilities out. An ONNX Loop repeats the step
// graph; a puzzle that has halted keeps its answer, and the loop ends when all have.

import type { HaltingRule } from '../../common/halting/rule.ts';
import { nextName } from '../../common/solving/step-model.ts';
import { BATCH } from '../capture/onnx/emit.ts';
import {
  attributeTypes,
  type GraphMessage,
  type NodeMessage,
  type TensorMessage,
  typeNumbers,
  type ValueInfoMessage,
} from '../capture/onnx/schema.ts';
import { haltingNodes, soleThreshold } from './loop-halting.ts';
import { nodeOf } from './precision/rewriting.ts';

export interface LoopOptions {
  latentNames: readonly string[];
  /** Of one puzzle, [tokens, hidden]. */
  latentShape: readonly [tokens: number, hidden: number];
  cells: number;
  maximumSteps: number;
  rule: HaltingRule;
  documentation: string;
}

/** Inputs with a default that a caller may leave out. */
export const MAXIMUM_STEPS = 'maximum_steps';
export const HALT_THRESHOLD = 'halt_threshold';

type Type = 'float32' | 'int32' | 'int64' | 'bool';

/** The loop around a step graph, whatever the precision of its weights. */
export function loopAround(step: GraphMessage, options: LoopOptions): GraphMessage {
  const { latentNames, latentShape, cells, maximumSteps, rule } = options;
  const writer = new LoopWriter(step, latentNames);
  const threshold = soleThreshold(rule);
  const optionalInputs = [
    tensor(MAXIMUM_STEPS, [], BigInt64Array.of(BigInt(maximumSteps))),
    ...(threshold === null ? [] : [tensor(HALT_THRESHOLD, [], Float32Array.of(threshold))]),
  ];
  const carried = [...latentNames, 'answer', 'steps', 'halt_probability', 'stable_steps', 'halted'];
  const body = writer.body(options, threshold === null ? '' : HALT_THRESHOLD, carried);
  const start = writer.start(latentShape);
  const results = carried.map((name) => (answerNames.includes(name) ? name : `last_${name}`));
  const loop: NodeMessage = {
    ...nodeOf('Loop', [MAXIMUM_STEPS, writer.always, ...carried.map(startName)], results),
    name: 'supervision_steps',
    attribute: [{ name: 'body', type: attributeTypes.graph, g: body }],
  };
  const { input, initializer } = step;
  return {
    name: 'trm_recursion',
    doc_string: options.documentation,
    node: [...start, ...writer.invariant, loop],
    initializer: [...initializer, ...writer.constants, ...optionalInputs],
    input: [
      ...input.filter(({ name }) => name === 'inputs' || name === 'puzzle_identifiers'),
      value(MAXIMUM_STEPS, 'int64', [], 'Most supervision steps; may be left out.'),
      ...(threshold === null
        ? []
        : [
            value(
              HALT_THRESHOLD,
              'float32',
              [],
              'Halting probability from which a puzzle is done; may be left out.',
            ),
          ]),
    ],
    output: [
      value('answer', 'int32', [BATCH, cells], 'Tokens of the answers.'),
      value('steps', 'int32', [BATCH], 'Supervision steps that each puzzle took.'),
      value('halt_probability', 'float32', [BATCH], 'How sure the model was of each answer when it halted.'),
    ],
  };
}

const answerNames = ['answer', 'steps', 'halt_probability'];
const startName = (name: string) => `start/${name}`;
const afterName = (name: string) => `after/${name}`;

class LoopWriter {
  /** What does not change from step to step; computed once. */
  readonly invariant: NodeMessage[] = [];
  readonly constants: TensorMessage[] = [];
  readonly always: string;
  readonly #latentNames: readonly string[];
  readonly #repeated: NodeMessage[] = [];

  constructor({ node, initializer }: GraphMessage, latentNames: readonly string[]) {
    this.#latentNames = latentNames;
    this.always = this.#constant('loop/true', tensor('', [], Uint8Array.of(1), 'bool'));
    const fixed = new Set(['inputs', 'puzzle_identifiers', ...initializer.map(({ name }) => name)]);
    const outputs = new Set(latentNames.map(nextName));
    for (const one of node) {
      const isFixed =
        one.input.every((name) => fixed.has(name)) && !one.output.some((name) => outputs.has(name));
      (isFixed ? this.invariant : this.#repeated).push(one);
      if (isFixed) for (const name of one.output) fixed.add(name);
    }
  }

  /** What the loop begins with. */
  start([tokens, hidden]: readonly [number, number]): NodeMessage[] {
    const shape = (name: string, ...sizes: number[]) => {
      const rest = this.#constant(
        `loop/sizes_${name}`,
        tensor('', [sizes.length], BigInt64Array.from(sizes, BigInt)),
      );
      return nodeOf('Concat', ['loop/batch', rest], [`loop/shape_${name}`], [axis(0)]);
    };
    const zeros = (name: string, shapeName: string) =>
      nodeOf('Expand', [this.#zero(name), shapeName], [startName(name)]);
    const first = this.#constant('loop/first', tensor('', [1], BigInt64Array.of(0n)));
    return [
      nodeOf('Shape', ['inputs'], ['loop/input_shape']),
      nodeOf('Gather', ['loop/input_shape', first], ['loop/batch'], [axis(0)]),
      shape('latent', tokens, hidden),
      ...this.#latentNames.map((name) => zeros(name, 'loop/shape_latent')),
      // Before the first step the answer is the puzzle itself.
      nodeOf('Identity', ['inputs'], [startName('answer')]),
      ...['steps', 'halt_probability', 'stable_steps', 'halted'].map((name) => zeros(name, 'loop/batch')),
    ];
  }

  /** One supervision step, and what each puzzle keeps of it. */
  body({ rule, cells, latentShape }: LoopOptions, threshold: string, carried: string[]): GraphMessage {
    const scalar = (number: number, type: 'float32' | 'int32') =>
      this.#constant(
        `loop/${type}_${number}`,
        tensor('', [], type === 'int32' ? Int32Array.of(number) : Float32Array.of(number)),
      );
    const halting = haltingNodes(
      rule,
      {
        haltLogits: 'halt_logits',
        continueLogits: 'continue_logits',
        haltProbability: 'found/halt_probability',
        step: 'found/steps',
        stableSteps: 'found/stable_steps',
        threshold,
      },
      scalar,
    );
    const one = scalar(1, 'int32');
    const node = [
      ...stepNodes(scalar(0, 'int32'), one),
      ...this.#repeated,
      ...foundNodes(one, this.#integers('loop/columns', [-1]), this.#integers('loop/rows', [1])),
      ...halting.nodes,
      ...keepNodes(halting.output),
      ...this.#latentNames.map((name) => nodeOf('Identity', [nextName(name)], [afterName(name)])),
    ];
    const info = (name: string, prefix: string) => {
      const [type, dims] = carriedTypes[name] ?? ['float32', [BATCH, ...latentShape]];
      return value(
        prefix + name,
        type,
        dims.map((size) => (size === 'cells' ? cells : size)),
      );
    };
    return {
      name: 'trm_recursion_step',
      doc_string: '',
      node,
      initializer: [],
      input: [
        value('iteration', 'int64', []),
        value('goes_on', 'bool', []),
        ...carried.map((name) => info(name, this.#latentNames.includes(name) ? '' : 'before/')),
      ],
      output: [value('continues', 'bool', []), ...carried.map((name) => info(name, 'after/'))],
    };
  }

  #zero(name: string): string {
    const type = carriedTypes[name]?.[0] ?? 'float32';
    const zero = {
      float32: Float32Array.of(0),
      int32: Int32Array.of(0),
      int64: BigInt64Array.of(0n),
      bool: Uint8Array.of(0),
    };
    return this.#constant(`loop/zero_${type}`, tensor('', [], zero[type], type));
  }

  #integers(name: string, values: number[]): string {
    return this.#constant(name, tensor('', [values.length], BigInt64Array.from(values, BigInt)));
  }

  #constant(name: string, content: TensorMessage): string {
    if (!this.constants.some((known) => known.name === name)) this.constants.push({ ...content, name });
    return name;
  }
}

const carriedTypes: Readonly<Record<string, [type: Type, dims: (string | number)[]]>> = {
  answer: ['int32', [BATCH, 'cells']],
  steps: ['int32', [BATCH]],
  halt_probability: ['float32', [BATCH]],
  stable_steps: ['int32', [BATCH]],
  halted: ['bool', [BATCH]],
};

/** The step's number, and `reset` for the first. */
function stepNodes(zero: string, one: string): NodeMessage[] {
  return [
    nodeOf('Cast', ['iteration'], ['found/steps_before'], [castTo('int32')]),
    nodeOf('Add', ['found/steps_before', one], ['found/steps']),
    nodeOf('Equal', ['found/steps_before', zero], ['found/is_first']),
    nodeOf('Cast', ['found/is_first'], ['found/first'], [castTo('int32')]),
    nodeOf('Expand', ['found/first', 'loop/batch'], ['reset']),
  ];
}

/** The answer of this step and for how many steps it has been the same. */
function foundNodes(one: string, lastAxis: string, rowAxis: string): NodeMessage[] {
  return [
    nodeOf('ArgMax', ['logits'], ['found/places'], [axis(-1), { ...axis(0), name: 'keepdims' }]),
    nodeOf('Cast', ['found/places'], ['found/answer'], [castTo('int32')]),
    nodeOf('Sigmoid', ['halt_logits'], ['found/halt_probability']),
    nodeOf('Equal', ['found/answer', 'before/answer'], ['found/equal_cells']),
    nodeOf('Cast', ['found/equal_cells'], ['found/equal_numbers'], [castTo('int32')]),
    nodeOf(
      'ReduceMin',
      ['found/equal_numbers', rowAxis],
      ['found/is_same'],
      [{ ...axis(0), name: 'keepdims' }],
    ),
    // The puzzle itself does not count as an answer before the first step.
    nodeOf('Sub', [one, 'reset'], ['found/later']),
    nodeOf('Mul', ['found/is_same', 'found/later'], ['found/same']),
    nodeOf('Mul', ['before/stable_steps', 'found/same'], ['found/stable_before']),
    nodeOf('Add', ['found/stable_before', one], ['found/stable_steps']),
    nodeOf('Unsqueeze', ['before/halted', lastAxis], ['found/halted_column']),
  ];
}

/** A puzzle that halted before keeps what it had. */
function keepNodes(halts: string): NodeMessage[] {
  const keep = (name: string, mask = 'before/halted') =>
    nodeOf('Where', [mask, `before/${name}`, `found/${name}`], [afterName(name)]);
  return [
    keep('answer', 'found/halted_column'),
    keep('steps'),
    keep('halt_probability'),
    keep('stable_steps'),
    nodeOf('Or', ['before/halted', halts], [afterName('halted')]),
    nodeOf('Cast', [afterName('halted')], ['found/halted_numbers'], [castTo('int32')]),
    nodeOf('ReduceMin', ['found/halted_numbers'], ['found/all_halted'], [{ ...axis(0), name: 'keepdims' }]),
    nodeOf('Cast', ['found/all_halted'], ['found/ends'], [castTo('bool')]),
    nodeOf('Not', ['found/ends'], ['continues']),
  ];
}

function axis(i: number) {
  return { name: 'axis', type: attributeTypes.integer, i };
}

function castTo(type: Type) {
  return { name: 'to', type: attributeTypes.integer, i: typeNumbers[type] };
}

function tensor(name: string, dims: number[], content: ArrayBufferView, type?: Type): TensorMessage {
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  return { name, dims, data_type: typeNumbers[type ?? typeOf(content)], raw_data: bytes };
}

function typeOf(content: ArrayBufferView): Type {
  if (content instanceof Float32Array) return 'float32';
  return content instanceof Int32Array ? 'int32' : 'int64';
}

function value(name: string, type: Type, dims: (string | number)[], description = ''): ValueInfoMessage {
  const dim = dims.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return {
    name,
    doc_string: description,
    type: { tensor_type: { elem_type: typeNumbers[type], shape: { dim } } },
  };
}
