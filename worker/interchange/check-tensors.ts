// Whether tensors are those of a model, all of them: a missing, a superfluous or an unfit one is named with what was
// found and what was expected, and all of these are told at once.

import { type ErrorDetails, UserError } from '../../common/errors.ts';
import { type ElementType, isFloatingType } from '../checkpoint/element-types.ts';
import type { ParameterShape } from '../model/parameters.ts';

interface Described {
  readonly shape: readonly number[];
  readonly type: ElementType;
}

/** More faults than this are counted, not listed. */
const mostListed = 40;

/** @throws UserError that lists every fault; `subject` is what does not fit, such as `The checkpoint` */
export function checkTensors(
  found: ReadonlyMap<string, Described>,
  expected: ReadonlyMap<string, Pick<ParameterShape, 'shape'>>,
  context: { what: string; where: string; remedy: string; explain?: (name: string) => string | undefined },
): void {
  const { what, where, remedy, explain } = context;
  const problems = [...new Set([...expected.keys(), ...found.keys()])].flatMap((name): ErrorDetails[] => {
    const problem = compare(name, found.get(name), expected.get(name)?.shape);
    if (problem === undefined) return [];
    const reason = explain?.(name);
    return [reason === undefined ? problem : { ...problem, remedy: reason }];
  });
  if (problems.length === 0) return;
  const listed = problems.slice(0, mostListed);
  const rest = problems.length - listed.length;
  throw new UserError({
    what,
    where,
    found: `${problems.length} of ${new Set([...expected.keys(), ...found.keys()]).size} tensors that do not fit`,
    expected: `the ${expected.size} tensors of the model`,
    remedy,
    problems: rest === 0 ? listed : [...listed, { what: `${rest} more` }],
  });
}

function compare(
  name: string,
  found: Described | undefined,
  shape: readonly number[] | undefined,
): ErrorDetails | undefined {
  if (found === undefined) return { what: `${name} is missing`, expected: `shape [${shape}]` };
  if (shape === undefined) return { what: `${name} belongs to no part of the model`, found: describe(found) };
  if (String(found.shape) !== String(shape)) {
    return { what: `${name} has another shape`, found: describe(found), expected: `shape [${shape}]` };
  }
  if (isFloatingType(found.type)) return undefined;
  return {
    what: `${name} holds other values than weights`,
    found: describe(found),
    expected: 'F64, F32, F16 or BF16',
  };
}

function describe({ shape, type }: Described): string {
  return `shape [${shape}] of type ${type}`;
}
