// The restricted unpickler: hostile pickles of every kind are refused by name, and nothing is ever called.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../common/errors.ts';
import { type PickleHost, readPickle } from '../../../worker/interchange/pickle.ts';
import { type OperationName, operationCodes } from '../../../worker/interchange/pickle-operations.ts';
import type { PickleValue } from '../../../worker/interchange/pickle-values.ts';
import { storageOf, torchGlobals } from '../../../worker/interchange/torch-tensor.ts';

const host: PickleHost = { globals: torchGlobals, persistent: storageOf };

/** The bytes of operations by name, numbers as single bytes, and texts as they stand. */
function pickle(...parts: (OperationName | number | { text: string })[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'number') return Buffer.of(part);
      return typeof part === 'string' ? Buffer.of(operationCodes[part]) : Buffer.from(part.text);
    }),
  );
}

const line = (text: string) => ({ text: `${text}\n` });
const shortText = (text: string) => ['SHORT_BINUNICODE' as const, text.length, { text }] as const;
const uint32 = (value: number) =>
  [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24] as const;

function read(bytes: Uint8Array): PickleValue {
  return readPickle(bytes, host, 'evil.pt').value;
}

function refusalOf(name: string): { message: string } {
  return {
    message: [
      `The checkpoint asks for ${name}, which is refused: no code of a checkpoint is run`,
      '  where:    evil.pt',
      `  found:    the global ${name}`,
      '  expected: tensors and plain data, as in a state_dict',
      '  to do:    do not load the file elsewhere unless you trust where it came from; a plain state_dict, saved with ' +
        'torch.save(model.state_dict(), file), can be imported',
    ].join('\n'),
  };
}

function faultOf(found: string, expected: string): { message: string } {
  return {
    message: [
      'The pickle in the checkpoint cannot be read',
      '  where:    evil.pt',
      `  found:    ${found}`,
      `  expected: ${expected}`,
      '  to do:    save the checkpoint as a plain state_dict, with torch.save(model.state_dict(), file)',
    ].join('\n'),
  };
}

describe('foreign globals are refused by their names', () => {
  const call = [...shortText('id'), 'TUPLE1', 'REDUCE', 'STOP'] as const;
  const cases: [string, Uint8Array][] = [
    ['os.system', pickle('PROTO', 2, 'GLOBAL', line('os'), line('system'), ...call)],
    ['posix.system', pickle('GLOBAL', line('posix'), line('system'), ...call)],
    [
      'builtins.eval',
      pickle('PROTO', 4, ...shortText('builtins'), ...shortText('eval'), 'STACK_GLOBAL', ...call),
    ],
    ['builtins.getattr', pickle('PROTO', 2, 'GLOBAL', line('builtins'), line('getattr'), 'STOP')],
    ['subprocess.Popen', pickle('MARK', 'INST', line('subprocess'), line('Popen'), 'STOP')],
    ['torch.load', pickle('GLOBAL', line('torch'), line('load'), 'STOP')],
    [
      'torch._utils._rebuild_tensor_v2.__globals__',
      pickle('GLOBAL', line('torch._utils'), line('_rebuild_tensor_v2.__globals__'), 'STOP'),
    ],
    ['__proto__.constructor', pickle('GLOBAL', line('__proto__'), line('constructor'), 'STOP')],
    [
      'nt.system',
      pickle(
        'EMPTY_DICT',
        ...shortText('a'),
        'EMPTY_LIST',
        'MARK',
        'GLOBAL',
        line('nt'),
        line('system'),
        'APPENDS',
        'SETITEM',
        'STOP',
      ),
    ],
  ];
  for (const [name, bytes] of cases) test(name, () => assert.throws(() => read(bytes), refusalOf(name)));

  test('a foreign global inside an argument of an allowed one', () => {
    const bytes = pickle(
      'GLOBAL',
      line('collections'),
      line('OrderedDict'),
      'MARK',
      'GLOBAL',
      line('os'),
      line('system'),
      'TUPLE',
      'REDUCE',
      'STOP',
    );
    assert.throws(() => read(bytes), refusalOf('os.system'));
  });
});

describe('operations that make objects or reach outside are refused', () => {
  const expected = 'plain data and tensors, in the operations that torch.save uses';
  const ordered = ['GLOBAL', line('collections'), line('OrderedDict')] as const;
  const cases: [string, string, Uint8Array][] = [
    ['NEWOBJ', 'makes an object of a class', pickle(...ordered, 'EMPTY_TUPLE', 'NEWOBJ', 'STOP')],
    [
      'NEWOBJ_EX',
      'makes an object of a class',
      pickle(...ordered, 'EMPTY_TUPLE', 'EMPTY_DICT', 'NEWOBJ_EX', 'STOP'),
    ],
    ['OBJ', 'makes an object of a class', pickle('MARK', ...ordered, 'OBJ', 'STOP')],
    ['EXT1', 'names a global by a number of another program', pickle('EXT1', 1, 'STOP')],
    ['EXT2', 'names a global by a number of another program', pickle('EXT2', 1, 0, 'STOP')],
    ['EXT4', 'names a global by a number of another program', pickle('EXT4', 1, 0, 0, 0, 'STOP')],
    ['PERSID', 'names something outside the pickle', pickle('PERSID', line('x'), 'STOP')],
    ['NEXT_BUFFER', 'takes data from outside the pickle', pickle('NEXT_BUFFER', 'STOP')],
  ];
  for (const [name, deed, bytes] of cases) {
    test(name, () =>
      assert.throws(() => read(bytes), faultOf(`the operation ${name}, which ${deed}`, expected)),
    );
  }
  test('an operation that there is not', () => {
    assert.throws(() => read(pickle(0xff)), faultOf('the operation 0xff', expected));
  });
  test('a set', () =>
    assert.throws(() => read(pickle('EMPTY_SET', 'STOP')), faultOf('the operation EMPTY_SET', expected)));
});

describe('state and calls', () => {
  const ordered = ['GLOBAL', line('collections'), line('OrderedDict'), 'EMPTY_TUPLE', 'REDUCE'] as const;
  const cases: [string, Uint8Array, string, string][] = [
    [
      'state on a list',
      pickle('EMPTY_LIST', 'EMPTY_DICT', 'BUILD', 'STOP'),
      'a state that is set on a list',
      'one on an OrderedDict only',
    ],
    [
      'state on a dict',
      pickle('EMPTY_DICT', 'EMPTY_DICT', 'BUILD', 'STOP'),
      'a state that is set on a map',
      'one on an OrderedDict only',
    ],
    [
      'state on a name',
      pickle('GLOBAL', line('collections'), line('OrderedDict'), 'EMPTY_DICT', 'BUILD', 'STOP'),
      'a state that is set on collections.OrderedDict',
      'one on an OrderedDict only',
    ],
    [
      'a call of a text',
      pickle(...shortText('eval'), 'EMPTY_TUPLE', 'REDUCE', 'STOP'),
      'a call of "eval"',
      'a call of a function of the allowed list',
    ],
    [
      'a call of a storage type',
      pickle('GLOBAL', line('torch'), line('FloatStorage'), 'EMPTY_TUPLE', 'REDUCE', 'STOP'),
      'a call of torch.FloatStorage',
      'a call of a function of the allowed list',
    ],
    [
      'operands that are no tuple',
      pickle('GLOBAL', line('torch'), line('Size'), 'EMPTY_LIST', 'REDUCE', 'STOP'),
      'a call with a list',
      'a tuple of operands',
    ],
    [
      'items set on a tuple',
      pickle('EMPTY_TUPLE', 'NONE', 'NONE', 'SETITEM', 'STOP'),
      'items that are set on a tuple',
      'a dict',
    ],
    [
      'items appended to a dict',
      pickle('EMPTY_DICT', 'NONE', 'APPEND', 'STOP'),
      'items that are appended to a map',
      'a list',
    ],
    [
      'a dict as a key',
      pickle('EMPTY_DICT', 'EMPTY_DICT', 'NONE', 'SETITEM', 'STOP'),
      'a dict with a map as a key',
      'texts and numbers as keys',
    ],
    [
      'a persistent id that is no storage',
      pickle(...shortText('x'), 'BINPERSID', 'STOP'),
      'a reference to nothing of nothing',
      'a storage with its type, key and number of elements',
    ],
  ];
  for (const [name, bytes, found, expected] of cases) {
    test(name, () => assert.throws(() => read(bytes), faultOf(found, expected)));
  }
  test('the _metadata of a state_dict is passed over', () => {
    const bytes = pickle(
      ...ordered,
      'EMPTY_DICT',
      ...shortText('_metadata'),
      ...ordered,
      'SETITEM',
      'BUILD',
      'STOP',
    );
    assert.deepEqual(read(bytes), { kind: 'map', ordered: true, entries: new Map() });
  });
  test('a key named __proto__ is a key like any other', () => {
    const bytes = pickle('EMPTY_DICT', ...shortText('__proto__'), 'NEWTRUE', 'SETITEM', 'STOP');
    assert.deepEqual(read(bytes), { kind: 'map', ordered: false, entries: new Map([['__proto__', true]]) });
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });
});

describe('lengths and places that are not there', () => {
  const cut = 'a pickle that is not cut off';
  const huge = [255, 255, 255, 255, 255, 255, 255, 127] as const;
  const cases: [string, Uint8Array, string, string][] = [
    [
      'a frame',
      pickle('FRAME', ...huge),
      `a length of ${0x7fffffffffffffffn} bytes`,
      'at most the 9 of the whole pickle',
    ],
    [
      'a text',
      pickle('BINUNICODE8', ...huge),
      `a length of ${0x7fffffffffffffffn} bytes`,
      'at most the 9 of the whole pickle',
    ],
    [
      'a text of 4 GiB',
      pickle('BINUNICODE', ...uint32(0xffffffff)),
      '0 bytes where 4294967295 are announced',
      cut,
    ],
    [
      'bytes of 4 GiB',
      pickle('BINBYTES', ...uint32(0xffffffff)),
      '0 bytes where 4294967295 are announced',
      cut,
    ],
    [
      'a whole number of 2 GiB',
      pickle('LONG4', ...uint32(0x7fffffff)),
      'a whole number of 2147483647 bytes',
      'at most 256',
    ],
    ['nothing at all', new Uint8Array(0), '0 bytes where 1 are announced', cut],
    ['no STOP', pickle('NONE'), '0 bytes where 1 are announced', cut],
    ['a line without an end', pickle('GLOBAL', { text: 'os' }), 'a line without an end', 'a line feed'],
    [
      'the memo',
      pickle('LONG_BINGET', ...uint32(0xffffffff), 'STOP'),
      'a reference to the value 4294967295, which there is not',
      'a whole pickle',
    ],
    ['the stack', pickle('TUPLE2', 'STOP'), 'an operation without its operands', 'a whole pickle'],
    [
      'operands below a mark',
      pickle('NONE', 'MARK', 'TUPLE1', 'STOP'),
      'an operation without its operands',
      'a whole pickle',
    ],
    ['a mark', pickle('TUPLE', 'STOP'), 'an operation without its mark', 'a whole pickle'],
    ['two values', pickle('NONE', 'NONE', 'STOP'), 'values left over at its end', 'one value'],
    [
      'a key alone',
      pickle('EMPTY_DICT', 'MARK', 'NONE', 'SETITEMS', 'STOP'),
      'a key without a value',
      'pairs',
    ],
    ['a protocol to come', pickle('PROTO', 6), 'pickle protocol 6', 'protocol 0 to 5'],
  ];
  for (const [name, bytes, found, expected] of cases) {
    test(name, () => assert.throws(() => read(bytes), faultOf(found, expected)));
  }
  test('a memo that is filled without end', () => {
    const bytes = Buffer.concat([pickle('NONE'), Buffer.alloc(2_000_001, operationCodes.MEMOIZE)]);
    assert.throws(() => read(bytes), faultOf('more than 2000000 remembered values', 'a checkpoint'));
  });
  test('a stack that is filled without end', () => {
    const bytes = Buffer.alloc(2_000_001, operationCodes.NONE);
    assert.throws(() => read(bytes), faultOf('more than 2000000 values at once', 'a checkpoint'));
  });
});

test('any bytes give plain data or a UserError, never another error', () => {
  const codes = Object.values(operationCodes);
  const bytes = fc.array(fc.oneof(fc.constantFrom(...codes), fc.nat(255)), { maxLength: 60 });
  fc.assert(
    fc.property(bytes, (values) => {
      try {
        read(Uint8Array.from(values));
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

test('plain values of all protocols', () => {
  const cases: [Uint8Array, PickleValue][] = [
    [pickle('INT', line('-12'), 'STOP'), -12],
    [pickle('INT', line('01'), 'STOP'), true],
    [pickle('LONG', line('12345678901234567890L'), 'STOP'), 12345678901234567890n],
    [pickle('FLOAT', line('-1.5e3'), 'STOP'), -1500],
    [pickle('BINFLOAT', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 'STOP'), 1.5],
    [pickle('LONG1', 2, 0, 0x80, 'STOP'), -32768],
    [pickle('LONG1', 0, 'STOP'), 0],
    [pickle('BININT', ...uint32(-7), 'STOP'), -7],
    [pickle('SHORT_BINSTRING', 1, 0xe9, 'STOP'), 'é'],
    [pickle('SHORT_BINBYTES', 2, 1, 2, 'STOP'), Uint8Array.of(1, 2)],
    [pickle('NONE', 'MARK', 'NEWTRUE', 'POP_MARK', 'STOP'), null],
    [pickle('NEWFALSE', 'DUP', 'TUPLE2', 'STOP'), { kind: 'tuple', items: [false, false] }],
    [pickle('MARK', 'BININT1', 3, 'LIST', 'STOP'), { kind: 'list', items: [3] }],
  ];
  for (const [bytes, value] of cases) assert.deepEqual(read(bytes), value);
});
