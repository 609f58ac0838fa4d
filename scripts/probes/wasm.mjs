// Run as a child: starts the WebAssembly backend, multiplies two matrices and prints its version as one
// JSON object.

import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core');
const wasm = require('@tensorflow/tfjs-backend-wasm');
wasm.setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend did not start');
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
console.log(JSON.stringify({ version: wasm.version_wasm, product: Array.from(product.dataSync()) }));
