import type { StreamingDetokenizer, Tokenizer } from '@mlxengine/core';
import { StopStringMatcher } from '@mlxengine/text';

/** Text that is certain, and the stop string where one was met. */
export interface DecodedText {
  readonly text: string;
  readonly stopString?: string;
}

/** Tokens to text up to a stop string. */
export class AnswerDecoder {
  readonly #detokenizer: StreamingDetokenizer;
  readonly #matcher: StopStringMatcher;

  constructor(tokenizer: Tokenizer, stop: readonly string[]) {
    this.#detokenizer = tokenizer.detokenizer();
    this.#matcher = new StopStringMatcher(stop);
  }

  push(tokens: Uint32Array): DecodedText {
    return this.#match(this.#detokenizer.push(tokens));
  }

  /** What was held back, at the end. */
  flush(): DecodedText {
    const matched = this.#match(this.#detokenizer.flush());
    return matched.stopString === undefined ? { text: matched.text + this.#matcher.flush() } : matched;
  }

  #match(decoded: string): DecodedText {
    const { text, stop } = this.#matcher.push(decoded);
    return stop === undefined ? { text } : { text, stopString: stop };
  }
}
