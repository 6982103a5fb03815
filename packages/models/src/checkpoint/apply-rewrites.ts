import { CheckpointError } from '@mlxengine/core';
import type { LocatedTensor } from './located-tensor.js';
import type { TensorPattern, WeightRewrite } from './weight-rewrite.js';

/**
 * Tensors under the names that the graph uses.
 * @param rewrites - applied one after another, each to what those before it left
 * @throws `CheckpointError` where two tensors would get one name
 */
export function applyRewrites(
  tensors: ReadonlyMap<string, LocatedTensor>,
  rewrites: readonly WeightRewrite[],
): ReadonlyMap<string, LocatedTensor> {
  return rewrites.reduce(applyRewrite, tensors);
}

function applyRewrite(tensors: ReadonlyMap<string, LocatedTensor>, rewrite: WeightRewrite): ReadonlyMap<string, LocatedTensor> {
  const result = new Map<string, LocatedTensor>();
  for (const tensor of tensors.values()) {
    const name = rewrittenName(tensor.name, rewrite);
    if (name === undefined) continue;
    const other = result.get(name);
    if (other !== undefined) {
      throw new CheckpointError('checkpoint.duplicate-tensor', { tensor: JSON.stringify(name), first: other.file, second: tensor.file });
    }
    result.set(name, name === tensor.name ? tensor : { ...tensor, name });
  }
  return result;
}

function rewrittenName(name: string, rewrite: WeightRewrite): string | undefined {
  switch (rewrite.type) {
    case 'drop': return matches(name, rewrite.tensors) ? undefined : name;
    case 'rename': return name.startsWith(rewrite.from) ? rewrite.to + name.slice(rewrite.from.length) : name;
  }
}

function matches(name: string, { prefix = '', suffix = '', contains = '' }: TensorPattern): boolean {
  return name.startsWith(prefix) && name.endsWith(suffix) && name.includes(contains);
}
