// The element types that tensors are stored in, by the names of safetensors, and their values as the model needs them:
// 32-bit floats, or 32-bit whole numbers.

export const elementTypes = ['F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'I16', 'I8', 'U8', 'BOOL'] as const;
export type ElementType = (typeof elementTypes)[number];

const sizes: Readonly<Record<ElementType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Bytes of one element. */
export function elementSize(type: ElementType): number {
  return sizes[type];
}

export function isElementType(name: string): name is ElementType {
  return Object.hasOwn(sizes, name);
}

export function isFloatingType(type: ElementType): boolean {
  return type === 'F64' || type === 'F32' || type === 'F16' || type === 'BF16';
}

/**
 * Little-endian elements as 32-bit floats, or as 32-bit whole numbers where they are whole or booleans. F32 and I32
 * keep their bits, F16 and BF16 their exact values; F64 is rounded, I64 cut to its low half. The result shares no
 * memory with `bytes`.
 */
export function decodeElements(bytes: Uint8Array, type: ElementType): Float32Array | Int32Array {
  const count = bytes.length / sizes[type];
  if (type === 'F32') return new Float32Array(copyOf(bytes));
  if (type === 'I32') return new Int32Array(copyOf(bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = isFloatingType(type) ? new Float32Array(count) : new Int32Array(count);
  if (type === 'BF16') {
    const bits = new Uint32Array(values.buffer);
    for (let index = 0; index < count; index++) bits[index] = view.getUint16(2 * index, true) << 16;
    return values;
  }
  const read = readers[type];
  for (let index = 0; index < count; index++) values[index] = read(view, index);
  return values;
}

const readers: Record<
  Exclude<ElementType, 'F32' | 'I32' | 'BF16'>,
  (view: DataView, index: number) => number
> = {
  F64: (view, index) => view.getFloat64(8 * index, true),
  F16: (view, index) => halfToNumber(view.getUint16(2 * index, true)),
  I64: (view, index) => view.getInt32(8 * index, true),
  I16: (view, index) => view.getInt16(2 * index, true),
  I8: (view, index) => view.getInt8(index),
  U8: (view, index) => view.getUint8(index),
  BOOL: (view, index) => (view.getUint8(index) === 0 ? 0 : 1),
};

/** The value of an IEEE 754 half: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function copyOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy.buffer;
}
