// Writes a state_dict as a pickle of protocol 2, in the few operations that torch.load reads with weights_only.

import { operationCodes } from './pickle-operations.ts';

export interface StateDictEntry {
  name: string;
  shape: readonly number[];
  /** The name of its storage in the file, which holds its 32-bit floats and nothing else. */
  storageKey: string;
}

/** The pickle of an OrderedDict of 32-bit float tensors, each contiguous in a storage of its own. */
export function writeStateDictPickle(entries: readonly StateDictEntry[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  const put = (...bytes: number[]) => pieces.push(Uint8Array.from(bytes));
  const operation = (...names: (keyof typeof operationCodes)[]) =>
    put(...names.map((name) => operationCodes[name]));
  const uint32 = (value: number) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    pieces.push(bytes);
  };
  const global = (module: string, name: string) => {
    operation('GLOBAL');
    pieces.push(new TextEncoder().encode(`${module}\n${name}\n`));
  };
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value);
    operation('BINUNICODE');
    uint32(bytes.length);
    pieces.push(bytes);
  };
  const whole = (value: number) => {
    if (value >= 2 ** 31) {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
      operation('LONG1');
      put(8);
      pieces.push(bytes);
      return;
    }
    operation('BININT');
    uint32(value);
  };
  const tuple = (values: readonly number[]) => {
    operation('MARK');
    for (const value of values) whole(value);
    operation('TUPLE');
  };
  const emptyOrderedDict = () => {
    global('collections', 'OrderedDict');
    operation('EMPTY_TUPLE', 'REDUCE');
  };

  operation('PROTO');
  put(2);
  emptyOrderedDict();
  operation('MARK');
  for (const { name, shape, storageKey } of entries) {
    text(name);
    global('torch._utils', '_rebuild_tensor_v2');
    operation('MARK', 'MARK');
    text('storage');
    global('torch', 'FloatStorage');
    text(storageKey);
    text('cpu');
    whole(shape.reduce((product, size) => product * size, 1));
    operation('TUPLE', 'BINPERSID');
    whole(0);
    tuple(shape);
    tuple(contiguousStrides(shape));
    operation('NEWFALSE');
    emptyOrderedDict();
    operation('TUPLE', 'REDUCE');
  }
  operation('SETITEMS', 'STOP');
  return Buffer.concat(pieces);
}

function contiguousStrides(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const size of [...shape].reverse()) {
    strides.unshift(stride);
    stride *= size;
  }
  return strides;
}
