// Tensors as PyTorch describes them in a checkpoint: a view, with offset and strides, of a storage of elements. The
// functions of torch that a checkpoint may call by name are here; each makes plain data only.

import type { ElementType } from '../checkpoint/element-types.ts';
import { fillMap, type PickleHost } from './pickle.ts';
import type { PickleFault } from './pickle-bytes.ts';
import {
  describeValue,
  isForeign,
  isGlobal,
  isTuple,
  type PickleTuple,
  type PickleValue,
} from './pickle-values.ts';

/** The elements that one or more tensors share. */
export interface TorchStorage {
  /** The name of its data in the file. */
  key: string;
  type: ElementType;
  elementCount: number;
}

export interface TorchTensor {
  storage: TorchStorage;
  type: ElementType;
  shape: number[];
  /** Elements, from the storage's beginning. */
  offset: number;
  strides: number[];
}

/** Wrapped so that a value that came from a file cannot be taken for one of these. */
class Made<T> {
  readonly value: T;
  constructor(value: T) {
    this.value = value;
  }
}
class MadeStorage extends Made<TorchStorage> {}
class MadeTensor extends Made<TorchTensor> {}

const mostDimensions = 8;

const storageTypes: Readonly<Record<string, ElementType>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  'torch.storage.UntypedStorage': 'U8',
};

/** All that a checkpoint may name; everything else is refused. */
export const torchGlobals: PickleHost['globals'] = new Map([
  ['collections.OrderedDict', orderedDict],
  ['torch.Size', (operands: readonly PickleValue[]) => operands[0] ?? { kind: 'tuple' as const, items: [] }],
  ['torch.device', (operands: readonly PickleValue[]) => operands[0] ?? null],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
  ...Object.keys(storageTypes).map((name) => [name, null] as const),
]);

/** The tensor that a value of the pickle is; undefined where it is something else. */
export function asTensor(value: PickleValue | undefined): TorchTensor | undefined {
  return isForeign(value) && value.value instanceof MadeTensor ? value.value.value : undefined;
}

/** The storage that a value of the pickle is; undefined where it is something else. */
export function asStorage(value: PickleValue | undefined): TorchStorage | undefined {
  return isForeign(value) && value.value instanceof MadeStorage ? value.value.value : undefined;
}

/**
 * The storage that a persistent id ('storage', type, key, location, element count) stands for. The location, such as
 * cuda:0, is of no matter.
 */
export function storageOf(id: PickleValue, fault: PickleFault): PickleValue {
  const [tag, type, key, , elementCount] = isTuple(id) ? id.items : [];
  const name = isGlobal(type) ? type.name : '';
  const elementType = storageTypes[name];
  if (tag !== 'storage' || typeof key !== 'string' || elementType === undefined || !isCount(elementCount)) {
    const found = `a reference to ${describeValue(tag)} of ${describeValue(type)}`;
    throw fault(found, 'a storage with its type, key and number of elements');
  }
  return { kind: 'foreign', value: new MadeStorage({ key, type: elementType, elementCount }) };
}

function rebuildTensor(operands: readonly PickleValue[], fault: PickleFault): PickleValue {
  const [storage, offset, sizes, strides] = operands;
  const made = asStorage(storage);
  if (made === undefined)
    throw fault(`a tensor made of ${describeValue(storage)}`, 'a tensor made of a storage');
  const shape = counts(sizes);
  const steps = counts(strides);
  if (!isCount(offset) || shape === undefined || steps === undefined || shape.length !== steps.length) {
    throw fault(
      'a tensor without a valid offset, shape and strides',
      'whole numbers, one stride a dimension',
    );
  }
  const tensor: TorchTensor = { storage: made, type: made.type, shape, offset, strides: steps };
  requireInside(tensor, fault);
  return { kind: 'foreign', value: new MadeTensor(tensor) };
}

function rebuildParameter([tensor]: readonly PickleValue[], fault: PickleFault): PickleValue {
  if (tensor !== undefined && asTensor(tensor) !== undefined) return tensor;
  throw fault(`a parameter made of ${describeValue(tensor)}`, 'a parameter made of a tensor');
}

function orderedDict([items]: readonly PickleValue[], fault: PickleFault): PickleValue {
  const map = { kind: 'map' as const, ordered: true, entries: new Map() };
  if (items === undefined) return map;
  const pairs = typeof items === 'object' && items !== null && 'items' in items ? items.items : undefined;
  if (!pairs?.every((pair): pair is PickleTuple => isTuple(pair) && pair.items.length === 2)) {
    throw fault(`an OrderedDict made of ${describeValue(items)}`, 'pairs of key and value');
  }
  return fillMap(
    map,
    pairs.flatMap((pair) => pair.items),
    fault,
  );
}

/** A view may neither reach outside its storage nor show more elements than that has (a bomb of few bytes). */
function requireInside({ storage, shape, offset, strides }: TorchTensor, fault: PickleFault): void {
  const elements = shape.reduce((product, size) => product * size, 1);
  const last = shape.reduce((place, size, axis) => place + (size - 1) * (strides[axis] ?? 0), offset);
  if (elements === 0 || (last < storage.elementCount && elements <= storage.elementCount)) return;
  throw fault(
    `a tensor of shape [${shape}] with strides [${strides}] from element ${offset} on, in a storage of ` +
      `${storage.elementCount} elements`,
    'a tensor inside its storage',
  );
}

function counts(value: PickleValue | undefined): number[] | undefined {
  const items = isTuple(value) || isList(value) ? value.items : undefined;
  if (items === undefined || items.length > mostDimensions) return undefined;
  const numbers = items.filter(isCount);
  return numbers.length === items.length ? numbers : undefined;
}

function isList(value: PickleValue | undefined): value is Extract<PickleValue, { kind: 'list' }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'list';
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
