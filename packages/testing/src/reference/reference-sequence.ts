import { GraphError } from '@mlxengine/core';
import type { ModelGraph, StateDeclaration } from '@mlxengine/core/graph';

/** What a state holds of each token, a row of each part: keys and values, or latents and rotated keys. */
export type TokenState = readonly [Float32Array[], Float32Array[]];

/** The states of one sequence, and its tokens. */
export class ReferenceSequence {
  readonly tokens: number[] = [];
  /** Of `kv` and `latent` states. */
  readonly #tokenStates = new Map<string, TokenState>();
  /** Of `rolling` and `matrix` states; absent: zeros. */
  readonly #fixedStates = new Map<string, Float32Array>();
  readonly #declarations: ReadonlyMap<string, StateDeclaration>;

  constructor({ states }: ModelGraph) {
    this.#declarations = new Map(states.map((state) => [state.name, state]));
  }

  /** What a state of all tokens holds; grows in place. */
  tokenState(name: string): TokenState {
    this.#declared(name);
    const state = this.#tokenStates.get(name) ?? [[], []];
    this.#tokenStates.set(name, state);
    return state;
  }

  /** Numbers of a state of fixed size; a copy. */
  fixedState(name: string): Float32Array {
    const declaration = this.#declared(name);
    const shape = declaration.type === 'rolling' ? [declaration.width, declaration.channels] : declaration.type === 'matrix' ? declaration.shape : [];
    return this.#fixedStates.get(name)?.slice() ?? new Float32Array(shape.reduce((count, size) => count * size, 1));
  }

  setFixedState(name: string, data: Float32Array): void {
    this.#fixedStates.set(name, data);
  }

  /**
   * Forgets all but the first tokens. States that cannot go back make it forget all.
   * @returns how many tokens it still holds
   */
  truncate(length: number): number {
    if (length < this.tokens.length) {
      const returns = [...this.#declarations.values()].every(({ type }) => type === 'kv' || type === 'latent');
      this.tokens.length = returns ? length : 0;
      this.#fixedStates.clear();
    }
    for (const parts of this.#tokenStates.values()) for (const part of parts) part.length = this.tokens.length;
    return this.tokens.length;
  }

  #declared(name: string): StateDeclaration {
    const declaration = this.#declarations.get(name);
    if (declaration === undefined) {
      throw new GraphError('graph.shape-mismatch', { operation: 'state', detail: name, expected: [...this.#declarations.keys()].join(), found: 'undeclared' });
    }
    return declaration;
  }
}
