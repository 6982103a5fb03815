import type { LocatedTensor } from '../checkpoint/located-tensor.js';
import { bytesPerElement, product } from '../tensors/dtype.js';
import { CheckpointTensors } from './checkpoint-tensors.js';
import type { DerivedTensor } from './derived-tensor.js';
import { locate } from './locate.js';
import { SymbolicTensor } from './symbolic-tensor.js';
import type { SymbolicTensorData } from './tensor-expression.js';

/**
 * Tensors under the names that the graph uses, in the order in which their bytes lie in the files.
 * @param sanitize - edits the tensors of the checkpoint; no bytes are read
 */
export function sanitizeTensors(
  tensors: ReadonlyMap<string, LocatedTensor>, sanitize: (tensors: CheckpointTensors) => void,
): ReadonlyMap<string, DerivedTensor> {
  const table = new CheckpointTensors(new Map([...tensors].map(([name, tensor]) => [name, SymbolicTensor.source(tensor)])));
  sanitize(table);
  const places = new Map([...tensors.keys()].map((name, place) => [name, place]));
  const derived = table.entries().map(([name, tensor]) => ({ place: places.get(firstSource(tensor)) ?? 0, tensor: deriveTensor(name, tensor) }));
  return new Map(derived.sort((a, b) => a.place - b.place).map(({ tensor }) => [tensor.name, tensor]));
}

/** A tensor under a name, with the place of its bytes where they lie in one. */
export function deriveTensor(name: string, { dtype, shape, expression }: SymbolicTensor): DerivedTensor {
  const data = { dtype, shape, expression };
  return { name, dtype, shape, byteLength: product(shape) * bytesPerElement(dtype), data, location: locate(data) };
}

/** Name of the tensor of a file that a tensor begins with. */
function firstSource({ expression }: SymbolicTensorData): string {
  if (expression.type === 'source') return expression.tensor.name;
  const input = 'inputs' in expression ? expression.inputs[0] : expression.input;
  return input === undefined ? '' : firstSource(input);
}
