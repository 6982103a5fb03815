import { CheckpointError } from '@mlxengine/core';
import type { LocatedTensor } from '../checkpoint/located-tensor.js';
import { CheckpointTensors } from './checkpoint-tensors.js';
import { SymbolicTensor } from './symbolic-tensor.js';

/** Tensors under the names that the graph uses. */
export function sanitizeTensors(
  tensors: ReadonlyMap<string, LocatedTensor>, sanitize: (tensors: CheckpointTensors) => void,
): ReadonlyMap<string, LocatedTensor> {
  const table = new CheckpointTensors(new Map([...tensors].map(([name, tensor]) => [name, SymbolicTensor.source(tensor)])));
  sanitize(table);
  return new Map(table.entries().map(([name, { expression }]) => {
    if (expression.type === 'source') return [name, { ...expression.tensor, name }];
    throw new CheckpointError('checkpoint.rewrite-misfit', { operation: expression.type, expected: 'a tensor of a file', found: name });
  }));
}
