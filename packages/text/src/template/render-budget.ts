import { TokenizerError } from '@mlxengine/core';

/** Most evaluations of a node of the template. */
const mostSteps = 2_000_000;
/** Most time in milliseconds, for templates whose single steps are slow. */
const mostMilliseconds = 2_000;
/** Characters that a template may add to the conversation, which itself may appear this many times. */
const ownCharacters = 1_000_000;
const repetitions = 4;
const stepsBetweenLooksAtTheClock = 8;

/**
 * What rendering may cost. A template comes with a checkpoint, from anyone: it must not be able to hang a process or to
 * fill its memory.
 */
export class RenderBudget {
  /** Most characters of any one string, and of all the text that is produced. */
  readonly characters: number;
  readonly #model: string;
  readonly #end: number = performance.now() + mostMilliseconds;
  #steps = 0;
  #produced = 0;

  /** @param inputLength - characters of the conversation */
  constructor(model: string, inputLength: number) {
    this.#model = model;
    this.characters = ownCharacters + repetitions * inputLength;
  }

  step(count = 1): void {
    const before = this.#steps;
    this.#steps += count;
    if (this.#steps > mostSteps) throw this.exceeded(mostSteps, 'steps');
    if (before % stepsBetweenLooksAtTheClock === 0 && performance.now() > this.#end) throw this.exceeded(mostMilliseconds, 'ms');
  }

  /** Counts text of the output, or that was captured on the way. */
  produce(length: number): void {
    this.#produced += length;
    this.checkLength(this.#produced);
  }

  /** Checks the length of one string or list. */
  checkLength(length: number): void {
    if (length > this.characters) throw this.exceeded(this.characters, 'characters');
  }

  exceeded(limit: number, unit: string): TokenizerError {
    return new TokenizerError('template.limit', { model: this.#model, limit, unit });
  }
}
