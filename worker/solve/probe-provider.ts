// A child that runs a model once on an execution provider, with zeros. The provider's library may end it; whoever started
// it then knows. Arguments: the provider, and the model's file.

import { InferenceSession, Tensor } from 'onnxruntime-node';

const [provider = 'cpu', file = ''] = process.argv.slice(2);
const session = await InferenceSession.create(file, { executionProviders: [provider], logSeverityLevel: 3 });
await session.run(Object.fromEntries(session.inputMetadata.map((value) => [value.name, zerosFor(value)])));
// The libraries of some providers end the process when they are unloaded.
process.stdout.write('works\n', () => process.kill(process.pid, 'SIGKILL'));

function zerosFor(value: InferenceSession.ValueMetadata): Tensor {
  if (!value.isTensor) throw new Error(`${value.name} is no tensor`);
  const shape = value.shape.map((size) => (typeof size === 'number' ? size : 1));
  const count = shape.reduce((product, size) => product * size, 1);
  return value.type === 'int32'
    ? new Tensor('int32', new Int32Array(count), shape)
    : new Tensor('float32', new Float32Array(count), shape);
}
