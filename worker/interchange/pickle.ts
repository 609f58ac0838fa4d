// Reads Python pickles as plain data. No code can run: nothing is looked up or called but the few functions that the
// caller passes by name, every other global is refused by its name, and so is every operation that makes objects.

import { UserError } from '../../common/errors.ts';
import { createPickleBytes, narrow, type PickleBytes, type PickleFault } from './pickle-bytes.ts';
import { operationCodes, operationNames, refusedOperations } from './pickle-operations.ts';
import {
  describeValue,
  isGlobal,
  isMap,
  isTuple,
  type PickleKey,
  type PickleMap,
  type PickleValue,
} from './pickle-values.ts';

/** What the reader may meet beyond plain data. */
export interface PickleHost {
  /** The only globals there are; a function is what calling one gives, null marks a name that is only passed on. */
  globals: ReadonlyMap<
    string,
    ((arguments_: readonly PickleValue[], fault: PickleFault) => PickleValue) | null
  >;
  /** What a persistent id stands for. */
  persistent(id: PickleValue, fault: PickleFault): PickleValue;
}

/** Values on the stack, and in the memo. */
const mostValues = 2_000_000;

/**
 * Reads one pickle from `offset` on and returns its value and where it ends.
 * @throws UserError that names `where`, and the global or operation where one is refused
 */
export function readPickle(
  bytes: Uint8Array,
  host: PickleHost,
  where: string,
  offset = 0,
): { value: PickleValue; end: number } {
  const machine = createMachine(createPickleBytes(bytes, offset, createFault(where)), host, where);
  for (;;) {
    const ended = machine.step();
    if (ended !== undefined) return ended;
  }
}

function createMachine(input: PickleBytes, host: PickleHost, where: string) {
  const fault = createFault(where);
  const stack: PickleValue[] = [];
  /** Where on the stack each open mark is. */
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();

  function push(value: PickleValue): void {
    if (stack.length >= mostValues) throw fault(`more than ${mostValues} values at once`, 'a checkpoint');
    stack.push(value);
  }
  function pop(): PickleValue {
    const value = stack.length > (marks.at(-1) ?? 0) ? stack.pop() : undefined;
    if (value === undefined) throw fault('an operation without its operands', 'a whole pickle');
    return value;
  }
  function top(): PickleValue {
    const value = pop();
    stack.push(value);
    return value;
  }
  function popMark(): PickleValue[] {
    const mark = marks.pop();
    if (mark === undefined) throw fault('an operation without its mark', 'a whole pickle');
    return stack.splice(mark);
  }
  function popSome(count: number): PickleValue[] {
    return Array.from({ length: count }, pop).reverse();
  }
  function remember(index: number): void {
    if (memo.size >= mostValues) throw fault(`more than ${mostValues} remembered values`, 'a checkpoint');
    memo.set(index, top());
  }
  function recall(index: number): void {
    const value = memo.get(index);
    if (value === undefined)
      throw fault(`a reference to the value ${index}, which there is not`, 'a whole pickle');
    push(value);
  }
  function pushGlobal(module: PickleValue, name: PickleValue): void {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw fault(`a global named by ${describeValue(module)} and ${describeValue(name)}`, 'two texts');
    }
    if (!host.globals.has(`${module}.${name}`)) throw refusedGlobal(`${module}.${name}`, where);
    push({ kind: 'global', name: `${module}.${name}` });
  }
  function reduce(): void {
    const [callee, operands] = popSome(2);
    const function_ = isGlobal(callee) ? host.globals.get(callee.name) : undefined;
    if (!function_)
      throw fault(`a call of ${describeValue(callee)}`, 'a call of a function of the allowed list');
    if (!isTuple(operands)) throw fault(`a call with ${describeValue(operands)}`, 'a tuple of operands');
    push(function_(operands.items, fault));
  }
  /** PyTorch hangs `_metadata` on the OrderedDict of a state_dict; it is of no use here. */
  function build(): void {
    const state = pop();
    const target = top();
    if (isMap(target) && target.ordered && isMap(state)) return;
    throw fault(`a state that is set on ${describeValue(target)}`, 'one on an OrderedDict only');
  }
  function setItems(pairs: PickleValue[]): void {
    const target = top();
    if (!isMap(target)) throw fault(`items that are set on ${describeValue(target)}`, 'a dict');
    fillMap(target, pairs, fault);
  }
  function append(items: PickleValue[]): void {
    const target = top();
    if (typeof target !== 'object' || target === null || !('kind' in target) || target.kind !== 'list') {
      throw fault(`items that are appended to ${describeValue(target)}`, 'a list');
    }
    for (const item of items) target.items.push(item);
  }
  function matching(text: string, pattern: RegExp): string {
    if (pattern.test(text)) return text;
    throw fault(`the number ${JSON.stringify(text.slice(0, 40))}`, 'a decimal number');
  }
  function decimal(text: string): PickleValue {
    if (text === '00' || text === '01') return text === '01';
    return narrow(BigInt(matching(text.replace(/L$/, ''), /^-?\d{1,600}$/)));
  }
  function newMap(items: PickleValue[]): PickleMap {
    return fillMap({ kind: 'map', ordered: false, entries: new Map() }, items, fault);
  }

  const operations: Partial<Record<string, () => void>> = {
    PROTO: () => {
      const protocol = input.uint8();
      if (protocol > 5) throw fault(`pickle protocol ${protocol}`, 'protocol 0 to 5');
    },
    FRAME: () => void input.length64(),

    MARK: () => void marks.push(stack.length),
    POP: () => {
      if (marks.at(-1) === stack.length) marks.pop();
      else pop();
    },
    POP_MARK: () => void popMark(),
    DUP: () => push(top()),
    BINPUT: () => remember(input.uint8()),
    LONG_BINPUT: () => remember(input.uint32()),
    PUT: () => remember(Number(matching(input.line(), /^\d{1,9}$/))),
    MEMOIZE: () => remember(memo.size),
    BINGET: () => recall(input.uint8()),
    LONG_BINGET: () => recall(input.uint32()),
    GET: () => recall(Number(matching(input.line(), /^\d{1,9}$/))),

    NONE: () => push(null),
    NEWTRUE: () => push(true),
    NEWFALSE: () => push(false),
    BININT1: () => push(input.uint8()),
    BININT2: () => push(input.uint16()),
    BININT: () => push(input.int32()),
    LONG1: () => push(input.integer(input.uint8())),
    LONG4: () => push(input.integer(input.uint32())),
    INT: () => push(decimal(input.line())),
    LONG: () => push(decimal(input.line())),
    BINFLOAT: () => push(input.float64()),
    FLOAT: () => push(Number(matching(input.line(), /^-?\d+(\.\d*)?(e[+-]?\d+)?$/i))),
    SHORT_BINUNICODE: () => push(input.text(input.uint8())),
    BINUNICODE: () => push(input.text(input.uint32())),
    BINUNICODE8: () => push(input.text(input.length64())),
    SHORT_BINSTRING: () => push(latin1(input.block(input.uint8()))),
    BINSTRING: () => push(latin1(input.block(input.uint32()))),
    SHORT_BINBYTES: () => push(input.block(input.uint8())),
    BINBYTES: () => push(input.block(input.uint32())),
    BINBYTES8: () => push(input.block(input.length64())),

    EMPTY_TUPLE: () => push({ kind: 'tuple', items: [] }),
    TUPLE1: () => push({ kind: 'tuple', items: popSome(1) }),
    TUPLE2: () => push({ kind: 'tuple', items: popSome(2) }),
    TUPLE3: () => push({ kind: 'tuple', items: popSome(3) }),
    TUPLE: () => push({ kind: 'tuple', items: popMark() }),
    EMPTY_LIST: () => push({ kind: 'list', items: [] }),
    LIST: () => push({ kind: 'list', items: popMark() }),
    APPEND: () => append([pop()]),
    APPENDS: () => append(popMark()),
    EMPTY_DICT: () => push(newMap([])),
    DICT: () => push(newMap(popMark())),
    SETITEM: () => setItems(popSome(2)),
    SETITEMS: () => setItems(popMark()),

    GLOBAL: () => pushGlobal(input.line(), input.line()),
    STACK_GLOBAL: () => pushGlobal(...(popSome(2) as [PickleValue, PickleValue])),
    // Would call what it names at once.
    INST: () => {
      throw refusedGlobal(`${input.line()}.${input.line()}`, where);
    },
    REDUCE: reduce,
    BUILD: build,
    BINPERSID: () => push(host.persistent(pop(), fault)),
  };

  return {
    /** Does one operation; gives the value and the end of the pickle after the last. */
    step(): { value: PickleValue; end: number } | undefined {
      const code = input.uint8();
      if (code === operationCodes.STOP) {
        const value = pop();
        if (stack.length > 0 || marks.length > 0) throw fault('values left over at its end', 'one value');
        return { value, end: input.offset() };
      }
      const name = operationNames.get(code) ?? `0x${code.toString(16).padStart(2, '0')}`;
      const operation = operations[name];
      if (operation === undefined) throw refusedOperation(name, fault);
      operation();
      return undefined;
    },
  };
}

/** Puts alternating keys and values into a map. */
export function fillMap(map: PickleMap, items: readonly PickleValue[], fault: PickleFault): PickleMap {
  if (items.length % 2 !== 0) throw fault('a key without a value', 'pairs');
  for (let index = 0; index < items.length; index += 2) {
    const key = items[index];
    if (!isKey(key)) throw fault(`a dict with ${describeValue(key)} as a key`, 'texts and numbers as keys');
    map.entries.set(key, items[index + 1] ?? null);
  }
  return map;
}

function isKey(value: PickleValue | undefined): value is PickleKey {
  return value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** Python 2 wrote texts as bytes. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function createFault(where: string): PickleFault {
  return (found, expected) =>
    new UserError({
      what: 'The pickle in the checkpoint cannot be read',
      where,
      found,
      expected,
      remedy: 'save the checkpoint as a plain state_dict, with torch.save(model.state_dict(), file)',
    });
}

function refusedOperation(name: string, fault: PickleFault): UserError {
  const deed = refusedOperations[name];
  return fault(
    deed === undefined ? `the operation ${name}` : `the operation ${name}, which ${deed}`,
    'plain data and tensors, in the operations that torch.save uses',
  );
}

function refusedGlobal(name: string, where: string): UserError {
  return new UserError({
    what: `The checkpoint asks for ${name}, which is refused: no code of a checkpoint is run`,
    where,
    found: `the global ${name}`,
    expected: 'tensors and plain data, as in a state_dict',
    remedy:
      'do not load the file elsewhere unless you trust where it came from; a plain state_dict, saved with ' +
      'torch.save(model.state_dict(), file), can be imported',
  });
}
