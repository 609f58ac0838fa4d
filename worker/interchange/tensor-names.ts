// The names of tensors in foreign files as our own, which are the reference's: what compiling or wrapping a model puts
// in front of them is taken away, and buffers that hold no weights are set aside.

import { UserError } from '../../common/errors.ts';

const tokenEmbedding = 'embed_tokens.embedding_weight';

/** Buffers that older programs saved with the weights: each is computed anew, or is filled at every step. */
const bufferNames = [
  'puzzle_emb.local_weights',
  'puzzle_emb.local_ids',
  'rotary_emb.cos_cached',
  'rotary_emb.sin_cached',
  'rotary_emb.inv_freq',
];

export interface NamedWeights<Tensor> {
  /** By our names; a tensor that no model of ours has keeps the name it has in the file. */
  tensors: Map<string, Tensor>;
  /** Names in the file of buffers that are left out. */
  ignored: string[];
  /** What stood in front of `model.inner.` or in its place, such as `_orig_mod.`. */
  prefix: string;
}

/** Renames the tensors of a file. @throws UserError when there is no token embedding to tell the prefix by */
export function renameTensors<Tensor>(
  found: ReadonlyMap<string, Tensor>,
  where: string,
): NamedWeights<Tensor> {
  const anchors = [...found.keys()].filter(
    (name) => name === tokenEmbedding || name.endsWith(`.${tokenEmbedding}`),
  );
  const [anchor] = anchors;
  if (anchor === undefined || anchors.length > 1) {
    throw new UserError({
      what: 'The tensors are not those of a model of this family',
      where,
      found: anchors.length > 1 ? anchors.join(' and ') : firstNames([...found.keys()]),
      expected: `one ${tokenEmbedding}, with or without something in front`,
      remedy: 'import a state_dict of a TRM, an HRM or the transformer baseline of the reference',
    });
  }
  const prefix = anchor.slice(0, -tokenEmbedding.length);
  const tensors = new Map<string, Tensor>();
  const ignored: string[] = [];
  for (const [name, tensor] of found) {
    const inner = name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
    if (inner !== undefined && bufferNames.includes(inner)) ignored.push(name);
    else tensors.set(inner === undefined ? name : `model.inner.${inner}`, tensor);
  }
  return { tensors, ignored, prefix: prefix.replace(/model\.inner\.$/, '') };
}

function firstNames(names: readonly string[]): string {
  if (names.length === 0) return 'no tensors';
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}
