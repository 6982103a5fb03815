import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';
import type { SymbolicTensor } from '../../sanitize/symbolic-tensor.js';

/** Paths of the modules that have a tensor of a name, such as `qweight`. */
export function modulesWith(tensors: CheckpointTensors, part: string): readonly string[] {
  return tensors.names().filter((name) => name.endsWith(`.${part}`)).map((name) => name.slice(0, -part.length - 1));
}

/** Takes out a tensor where there is one. */
export function takeOptional(tensors: CheckpointTensors, name: string): SymbolicTensor | undefined {
  return tensors.has(name) ? tensors.take(name) : undefined;
}

/** Puts in a module's tensors by the names of their parts. */
export function setParts(tensors: CheckpointTensors, path: string, parts: Readonly<Record<string, SymbolicTensor>>): void {
  for (const [part, tensor] of Object.entries(parts)) tensors.set(`${path}.${part}`, tensor);
}
