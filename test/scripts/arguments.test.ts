// The command line of the set-up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../scripts/setup/arguments.mjs';
import { SetupError } from '../../scripts/system/report.mjs';

const nothing = { request: undefined, help: false, script: null, scriptArguments: [] };

test('flags come before the script, and all that follows it is the script’s', () => {
  assert.deepEqual(parseArguments([]), nothing);
  assert.deepEqual(parseArguments(['--gpu']), { ...nothing, request: 'gpu' });
  assert.deepEqual(parseArguments(['--cpu', '--wasm']), { ...nothing, request: 'wasm' });
  assert.deepEqual(parseArguments(['--auto']), { ...nothing, request: null });
  assert.deepEqual(parseArguments(['-h']), { ...nothing, help: true });
  assert.deepEqual(parseArguments(['--cpu', 'demo:run', '--json', '--gpu', 'x']), {
    request: 'cpu',
    help: false,
    script: 'demo:run',
    scriptArguments: ['--json', '--gpu', 'x'],
  });
});

test('an unknown flag is an error that names the flags', () => {
  const expected = new SetupError({
    what: 'The set-up does not know this flag.',
    found: '--gpus',
    expected: 'one of --gpu, --cpu, --wasm, --auto, --help',
    remedy: 'see: node scripts/setup.mjs --help',
  });
  assert.throws(() => parseArguments(['--gpus', 'demo:run']), expected);
  assert.equal(
    expected.message,
    [
      'The set-up does not know this flag.',
      '  found:    --gpus',
      '  expected: one of --gpu, --cpu, --wasm, --auto, --help',
      '  to do:    see: node scripts/setup.mjs --help',
    ].join('\n'),
  );
});
