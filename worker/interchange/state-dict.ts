// Finds the state_dict in what a PyTorch file holds: the whole of it, or an entry beside others, as training programs
// save it together with an optimizer.

import { UserError } from '../../common/errors.ts';
import { isMap, type PickleMap, type PickleValue } from './pickle-values.ts';
import { asTensor, type TorchTensor } from './torch-tensor.ts';

export interface StateDict {
  /** The path to it in the file, joined by dots; empty where it is the whole. */
  entry: string;
  tensors: Map<string, TorchTensor>;
}

/** What tells a model of ours from an optimizer's state: it embeds tokens. */
const tokenEmbedding = /(^|\.)embed_tokens\.embedding_weight$/;

/** Names that programs give to the entry of the averaged weights, and to that of the weights; the first found is taken. */
const usualEntries = [
  'ema',
  'ema_state_dict',
  'model_ema',
  'state_dict',
  'model_state_dict',
  'model',
  'module',
];

const deepestEntry = 3;

/** The state_dict in `root`: the one at `wanted`, or else the only one, or the first of the usual names. */
export function findStateDict(root: PickleValue, where: string, wanted: string | null): StateDict {
  const found = listStateDicts(root, '', deepestEntry, new Set());
  const names = found.map(({ entry }) => entry);
  const name =
    wanted ?? (names.length === 1 ? names[0] : usualEntries.find((usual) => names.includes(usual)));
  const chosen = found.find(({ entry }) => entry === name);
  if (chosen !== undefined) return chosen;
  throw new UserError({
    what:
      found.length === 0
        ? 'The checkpoint holds no model of this family'
        : 'Which weights are meant is not clear',
    where,
    found: found.length === 0 ? describeRoot(root) : names.join(', '),
    expected:
      found.length === 0
        ? 'a state_dict with embed_tokens.embedding_weight among its tensors'
        : 'one of them, by its name',
    ...(found.length === 0 ? {} : { remedy: 'choose one with --entry' }),
  });
}

/** `seen` keeps dicts that contain each other, or one many times, from being followed again. */
function listStateDicts(value: PickleValue, entry: string, depth: number, seen: Set<PickleMap>): StateDict[] {
  if (!isMap(value) || seen.has(value)) return [];
  seen.add(value);
  const tensors = tensorsOf(value);
  const own = [...tensors.keys()].some((name) => tokenEmbedding.test(name)) ? [{ entry, tensors }] : [];
  if (depth === 0) return own;
  const nested = [...value.entries].flatMap(([key, inner]) =>
    listStateDicts(inner, entry === '' ? String(key) : `${entry}.${key}`, depth - 1, seen),
  );
  return [...own, ...nested];
}

function tensorsOf({ entries }: PickleMap): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  for (const [key, value] of entries) {
    const tensor = asTensor(value);
    if (tensor !== undefined && typeof key === 'string') tensors.set(key, tensor);
  }
  return tensors;
}

function describeRoot(root: PickleValue): string {
  if (!isMap(root)) return 'something that is no dict';
  const keys = [...root.entries.keys()].map(String);
  return keys.length === 0
    ? 'an empty dict'
    : `a dict of ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ', …' : ''}`;
}
