// What the solver and the labs run: an exported model, or a checkpoint, which becomes one in memory. Both behave alike.

import type { Subject } from '../../common/jobs.ts';
import { loadCheckpoint } from '../checkpoint/load.ts';
import { type ModelOptions, type OpenModel, openModel, openModelBytes } from './model.ts';
import { decodeModelFile } from './model-file.ts';

/** Any that ONNX Runtime reads will do: the graph is not kept. */
const OPSET = 18;

/** Opens the model. @throws UserError when it is none, damaged or cannot be run */
export async function openSubject(subject: Subject, options?: ModelOptions): Promise<OpenModel> {
  if ('modelFile' in subject) return openModel(subject.modelFile, options);
  const { checkpointFolder, weights: kind } = subject;
  const [{ startRuntime }, { encodeCheckpoint }] = await Promise.all([
    import('../runtime.ts'),
    import('../export/encode.ts'),
  ]);
  await startRuntime();
  const checkpoint = await loadCheckpoint(checkpointFolder);
  const tensors = await checkpoint.weights(kind);
  const weights = Object.fromEntries([...tensors].map(([name, { values }]) => [name, values]));
  const bytes = encodeCheckpoint(checkpoint, weights, { opset: OPSET, weights: kind, evaluation: null });
  return openModelBytes(decodeModelFile(bytes, checkpointFolder), checkpointFolder, options);
}
