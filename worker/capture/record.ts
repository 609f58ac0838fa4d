// A tfjs backend that computes nothing: it notes every kernel call with the shape of its result. Recording a
// program on it costs neither the time nor the memory of running it.

import * as tf from '@tensorflow/tfjs-core';
import { isInFullPrecision } from './full-precision.ts';
import { withFusedLayers } from './fused.ts';
import type { Attributes, Graph, GraphNode, ValueInformation, ValueReference, ValueType } from './graph.ts';
import { recordedKernels } from './kernels.ts';
import { currentLabel } from './labels.ts';
import type { NamedTensors, Program, TensorSpecification } from './program.ts';

const BACKEND = 'capture';

/** Constants of at least this many equal values become a fill. */
const SMALLEST_FILL = 16;

export interface RecordingOptions {
  /** Whole layers become one kernel each, for emitters that know these. */
  fusedLayers?: boolean;
}

/** Records one run of `program`. The backend in use before is in use again afterwards. */
export function recordProgram(program: Program, { fusedLayers = false }: RecordingOptions = {}): Graph {
  const before = tf.getBackend();
  const recorder = new RecordingBackend();
  tf.registerBackend(BACKEND, () => recorder);
  tf.setBackend(BACKEND);
  tf.engine().startScope('record');
  try {
    const state = placeholders(recorder, 'state', program.state);
    const inputs = placeholders(recorder, 'input', program.inputs);
    const result = withFusedLayers(fusedLayers, () => program.run(state, inputs));
    const references = (tensors: NamedTensors) =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, tensor]) => [name, recorder.reference(tensor.dataId)]),
      );
    return {
      nodes: recorder.nodes,
      stateSpecifications: program.state,
      inputSpecifications: program.inputs,
      state: references(result.state),
      rowUpdates: Object.fromEntries(
        Object.entries(result.rowUpdates).map(([name, { indices, rows }]) => [
          name,
          { indices: recorder.reference(indices.dataId), rows: recorder.reference(rows.dataId) },
        ]),
      ),
      outputs: references(result.outputs),
    };
  } finally {
    tf.engine().endScope();
    if (before) tf.setBackend(before);
    tf.removeBackend(BACKEND);
  }
}

function placeholders(
  recorder: RecordingBackend,
  kind: 'state' | 'input',
  specifications: Record<string, TensorSpecification>,
): NamedTensors {
  const tensors: NamedTensors = {};
  for (const [name, { shape, type }] of Object.entries(specifications)) {
    const [information] = recorder.add({ kind, name, inputs: [], outputs: [{ shape, type }] });
    tensors[name] = tf.engine().makeTensorFromTensorInfo(information as tf.TensorInfo);
  }
  return tensors;
}

class RecordingBackend extends tf.KernelBackend {
  readonly nodes: GraphNode[] = [];
  readonly #references = new WeakMap<object, ValueReference>();

  /** Adds a node and returns what tfjs needs to make tensors of its outputs. */
  add(node: GraphNode): tf.TensorInfo[] {
    const label = currentLabel();
    const index = this.nodes.push(label === '' ? node : { ...node, label }) - 1;
    return node.outputs.map(({ shape, type }, output) => {
      const dataId = {};
      this.#references.set(dataId, { node: index, output });
      return { dataId, shape, dtype: type };
    });
  }

  reference(dataId: object): ValueReference {
    const reference = this.#references.get(dataId);
    if (reference === undefined) throw new Error('a tensor from outside the recorded program was used in it');
    return reference;
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const [information] = this.add(
      constantNode(values as ArrayLike<number>, { shape, type: dtype as ValueType }),
    );
    return (information as tf.TensorInfo).dataId;
  }

  override readSync(): tf.BackendValues {
    throw new Error('a program must not read values while it is recorded');
  }
  override async read(): Promise<tf.BackendValues> {
    return this.readSync();
  }
  override move(): void {
    throw new Error('a tensor from outside the recorded program was used in it');
  }
  override disposeData(): boolean {
    return true;
  }
  override refCount(): number {
    return 1;
  }
  override incRef(): void {}
  override numDataIds(): number {
    return 0;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override timerAvailable(): boolean {
    return false;
  }
  override dispose(): void {}
}

function constantNode(values: ArrayLike<number>, information: ValueInformation): GraphNode {
  const first = Number(values[0]);
  const uniform =
    values.length >= SMALLEST_FILL && Array.prototype.every.call(values, (value) => value === values[0]);
  if (uniform) return { kind: 'fill', value: first, inputs: [], outputs: [information] };
  return { kind: 'constant', values: Float64Array.from(values), inputs: [], outputs: [information] };
}

for (const [kernelName, { inputs: inputNames, infer }] of recordedKernels) {
  tf.registerKernel({
    kernelName,
    backendName: BACKEND,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const recorder = backend as RecordingBackend;
      const names = inputNames === 'list' ? Object.keys(inputs) : inputNames;
      const tensors = names.map((name) => (inputs as Record<string, tf.TensorInfo>)[name] as tf.TensorInfo);
      const attributes = (attrs ?? {}) as Attributes;
      const informations = tensors.map(({ shape, dtype }) => ({ shape, type: dtype as ValueType }));
      const outputs = recorder.add({
        kind: 'kernel',
        kernel: kernelName,
        attributes,
        inputs: tensors.map(({ dataId }) => recorder.reference(dataId)),
        outputs: infer(informations, attributes),
        ...(isInFullPrecision() && { fullPrecision: true as const }),
      });
      return outputs.length === 1 && kernelName !== 'SplitV' ? (outputs[0] as tf.TensorInfo) : outputs;
    },
  });
}

tf.registerKernel({
  kernelName: 'Fill',
  backendName: BACKEND,
  kernelFunc: ({ attrs, backend }) => {
    const { shape, value, dtype } = attrs as unknown as { shape: number[]; value: number; dtype?: ValueType };
    const outputs = [{ shape, type: dtype ?? 'float32' }];
    const [filled] = (backend as RecordingBackend).add({ kind: 'fill', value, inputs: [], outputs });
    return filled as tf.TensorInfo;
  },
});
