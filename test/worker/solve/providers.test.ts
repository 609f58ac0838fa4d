// Execution providers: one that is missing, or whose library ends the process, gives an error and nothing worse.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { executionProviders } from '../../../common/config/device.ts';
import { UserError } from '../../../common/errors.ts';
import { startRuntime } from '../../../worker/runtime.ts';
import { openModel } from '../../../worker/solve/model.ts';
import { temporaryFolder } from '../tiny-experiment.ts';
import { writeEchoModel } from './echo-model.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;

before(async () => {
  await startRuntime();
  root = await temporaryFolder();
  file = join(root.path, 'echo.onnx');
  writeEchoModel(file);
});
after(() => root[Symbol.asyncDispose]());

for (const provider of executionProviders) {
  test(`${provider} runs the model, or is refused with the reason`, async () => {
    const options = { threads: 1, provider };
    const model = await openModel(file, options).catch((error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      const { found, ...details } = error.details;
      assert.notEqual(provider, 'cpu');
      assert.ok(found);
      assert.deepEqual(details, {
        what: `ONNX Runtime cannot run the model on the execution provider ${provider} here`,
        expected: 'its libraries and a device that it supports',
        remedy: 'leave out --provider: the CPU always works',
      });
      return null;
    });
    await model?.close();
  });
}
