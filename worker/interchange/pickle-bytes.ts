// The bytes of a pickle, read from front to back: every length is checked against what is left before it is used.

import type { UserError } from '../../common/errors.ts';

export type PickleFault = (found: string, expected: string) => UserError;

/** Python's integers have no bound; no honest checkpoint needs more than this. */
const mostIntegerBytes = 256;
/** The longest line of a text opcode, such as a name or a decimal number. */
const mostLineBytes = 4096;

export function createPickleBytes(bytes: Uint8Array, start: number, fault: PickleFault) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let offset = start;

  function take(length: number): number {
    if (length > bytes.length - offset) {
      throw fault(
        `${bytes.length - offset} bytes where ${length} are announced`,
        'a pickle that is not cut off',
      );
    }
    const from = offset;
    offset += length;
    return from;
  }
  function block(length: number): Uint8Array {
    const from = take(length);
    return new Uint8Array(bytes.subarray(from, from + length));
  }
  function text(length: number): string {
    const from = take(length);
    try {
      return decoder.decode(bytes.subarray(from, from + length));
    } catch {
      throw fault('text that is no UTF-8', 'UTF-8');
    }
  }
  return {
    offset: () => offset,
    uint8: () => view.getUint8(take(1)),
    uint16: () => view.getUint16(take(2), true),
    uint32: () => view.getUint32(take(4), true),
    int32: () => view.getInt32(take(4), true),
    /** A length of eight bytes. */
    length64(): number {
      const length = view.getBigUint64(take(8), true);
      if (length > BigInt(bytes.length)) {
        throw fault(`a length of ${length} bytes`, `at most the ${bytes.length} of the whole pickle`);
      }
      return Number(length);
    },
    float64: () => view.getFloat64(take(8), false),
    block,
    text,
    /** A line without its line feed. */
    line(): string {
      const end = bytes.subarray(offset, offset + mostLineBytes).indexOf(0x0a);
      if (end === -1) throw fault('a line without an end', 'a line feed');
      const value = text(end);
      take(1);
      return value;
    },
    /** A two's complement integer, lowest byte first: a number where it is exact, else a bigint. */
    integer(length: number): number | bigint {
      if (length > mostIntegerBytes) {
        throw fault(`a whole number of ${length} bytes`, `at most ${mostIntegerBytes}`);
      }
      let value = 0n;
      for (const byte of block(length).reverse()) value = (value << 8n) | BigInt(byte);
      return narrow(length === 0 ? 0n : BigInt.asIntN(8 * length, value));
    },
  };
}

export type PickleBytes = ReturnType<typeof createPickleBytes>;

/** A number where it is exact, else the bigint itself. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
