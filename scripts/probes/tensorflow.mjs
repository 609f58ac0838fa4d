// Run as a child: loads TensorFlow.js with its native library, multiplies two matrices and prints what
// it found as one JSON object. A crash of the library ends this process and no other.

import { createRequire } from 'node:module';
import util from 'node:util';

// Node 23 removed these two, which the package still calls.
Object.assign(util, {
  isNullOrUndefined: (/** @type {unknown} */ value) => value == null,
  isArray: Array.isArray,
});

const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu');
const product = tf.matMul(
  tf.tensor2d([
    [1, 2],
    [3, 4],
  ]),
  tf.tensor2d([
    [5, 6],
    [7, 8],
  ]),
); // [2, 2]
const backend = tf.backend();
console.log(
  JSON.stringify({
    version: backend.binding.TF_Version,
    backend: tf.getBackend(),
    device: backend.isUsingGpuDevice ? 'gpu' : 'cpu',
    product: Array.from(product.dataSync()),
  }),
);
