import type { TokenConstraint } from '@mlxengine/core/backend';
import type { NativeChoice } from '../abi/native-addon.js';

/** A grammar as the addon asks for it: once a token, never from more than one request. */
export class ConstraintAnswers {
  readonly #constraint: TokenConstraint;
  readonly #mask: Uint32Array<ArrayBuffer>;
  /** What the grammar threw; the request fails with it. */
  error: unknown;

  constructor(constraint: TokenConstraint, vocabularySize: number) {
    this.#constraint = constraint;
    this.#mask = new Uint32Array(Math.ceil(vocabularySize / 32));
  }

  /** The next token's mask, or the token itself where it is forced. */
  choose(): NativeChoice {
    return this.#guard(() => {
      const [forced] = this.#constraint.forced();
      if (forced !== undefined) return forced;
      this.#mask.fill(0);
      this.#constraint.fillMask(this.#mask);
      return this.#mask;
    });
  }

  accept(tokens: Uint32Array): void {
    this.#guard(() => tokens.forEach((token) => this.#constraint.accept(token)));
  }

  /** An exception must not reach the addon's callback, so it is kept, and the addon gets no answer, which ends the request. */
  #guard<Result>(body: () => Result): Result | undefined {
    if (this.error !== undefined) return undefined;
    try {
      return body();
    } catch (error) {
      this.error = error;
      return undefined;
    }
  }
}
