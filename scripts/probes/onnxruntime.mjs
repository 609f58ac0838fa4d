// Run as a child: loads ONNX Runtime and prints its version and execution providers as one JSON object.

import { createRequire } from 'node:module';

const runtime = createRequire(import.meta.url)('onnxruntime-node');
/** @type {{ name: string, bundled: boolean }[]} */
const backends = runtime.listSupportedBackends();
/** @param {boolean} bundled whether the provider's library lies in the package */
const names = (bundled) => backends.filter((backend) => backend.bundled === bundled).map(({ name }) => name);
console.log(
  JSON.stringify({
    version: runtime.env.versions.node ?? runtime.env.versions.common,
    providers: names(true),
    unbundled: names(false),
  }),
);
