import { CheckpointError } from '@mlxengine/core';
import type { SymbolicTensor } from './symbolic-tensor.js';

/**
 * The tensors of a checkpoint while a family's `sanitize` brings them to the names and shapes of its graph: it renames,
 * drops and derives them by name and shape; no bytes are read.
 */
export class CheckpointTensors {
  readonly #tensors: Map<string, SymbolicTensor>;

  constructor(tensors: ReadonlyMap<string, SymbolicTensor>) {
    this.#tensors = new Map(tensors);
  }

  /** Names at this moment, a copy. */
  names(): readonly string[] {
    return [...this.#tensors.keys()];
  }

  /** Names and tensors at this moment, a copy. */
  entries(): readonly (readonly [string, SymbolicTensor])[] {
    return [...this.#tensors];
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  get(name: string): SymbolicTensor | undefined {
    return this.#tensors.get(name);
  }

  /** Takes a tensor out. @throws `CheckpointError` where it is missing */
  take(name: string): SymbolicTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new CheckpointError('checkpoint.rewrite-misfit', { operation: 'take', expected: name, found: 'undefined' });
    this.#tensors.delete(name);
    return tensor;
  }

  /** Puts a tensor in, or in the place of another. */
  set(name: string, tensor: SymbolicTensor): void {
    this.#tensors.set(name, tensor);
  }

  delete(name: string): void {
    this.#tensors.delete(name);
  }

  /** Drops every tensor whose name the test holds for. */
  drop(test: (name: string) => boolean): void {
    for (const name of this.names()) if (test(name)) this.#tensors.delete(name);
  }

  /**
   * Gives every tensor the name that the function returns for its own; `undefined` drops it.
   * @throws `CheckpointError` where two would get one name
   */
  rename(newName: (name: string) => string | undefined): void {
    const old = [...this.#tensors];
    this.#tensors.clear();
    for (const [name, tensor] of old) {
      const renamed = newName(name);
      if (renamed === undefined) continue;
      if (this.#tensors.has(renamed)) throw new CheckpointError('checkpoint.rewrite-misfit', { operation: 'rename', expected: renamed, found: name });
      this.#tensors.set(renamed, tensor);
    }
  }

  /** Derives a tensor in place, where there is one. */
  update(name: string, change: (tensor: SymbolicTensor) => SymbolicTensor): void {
    const tensor = this.#tensors.get(name);
    if (tensor !== undefined) this.#tensors.set(name, change(tensor));
  }
}
