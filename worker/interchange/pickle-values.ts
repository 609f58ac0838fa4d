// What a pickle may become here: plain data and nothing else. Objects of other programs have no counterpart.

/** Any value of a pickle. A `global` is a name of the allow-list, a `foreign` value what the reader's host made. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleTuple
  | PickleList
  | PickleMap
  | PickleGlobal
  | PickleForeign;

export interface PickleTuple {
  kind: 'tuple';
  items: readonly PickleValue[];
}

export interface PickleList {
  kind: 'list';
  items: PickleValue[];
}

export type PickleKey = string | number | bigint | boolean | null;

/** A dict, or an OrderedDict. */
export interface PickleMap {
  kind: 'map';
  ordered: boolean;
  entries: Map<PickleKey, PickleValue>;
}

export interface PickleGlobal {
  kind: 'global';
  /** Module and name, as in `collections.OrderedDict`. */
  name: string;
}

/** Made by the host from an allowed global or a persistent id; the reader only passes it on. */
export interface PickleForeign {
  kind: 'foreign';
  value: unknown;
}

export function isMap(value: PickleValue | undefined): value is PickleMap {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'map';
}

export function isTuple(value: PickleValue | undefined): value is PickleTuple {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'tuple';
}

export function isGlobal(value: PickleValue | undefined): value is PickleGlobal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'global';
}

export function isForeign(value: PickleValue | undefined): value is PickleForeign {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'foreign';
}

/** A value in a few words, for messages. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value !== 'object') return JSON.stringify(String(value)).slice(0, 80);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return value.kind === 'global' ? value.name : `a ${value.kind}`;
}
