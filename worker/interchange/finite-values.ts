// The values of a tensor of a file, once it was found to hold weights.

import { UserError } from '../../common/errors.ts';
import type { FileTensor } from './weights-file.ts';

/** The values of a tensor as 32-bit floats. @throws UserError where one is none */
export function finiteValues(name: string, tensor: FileTensor | undefined, where: string): Float32Array {
  const values = tensor?.read();
  if (!(values instanceof Float32Array)) throw new Error(`${name} was not checked`);
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index === -1) return values;
  throw new UserError({
    what: 'The checkpoint holds a weight that is no finite number',
    where: `${where}, ${name}[${index}]`,
    found: String(values[index]),
    expected: 'finite numbers',
    remedy: 'use an earlier checkpoint of the training, which went wrong before this one',
  });
}
