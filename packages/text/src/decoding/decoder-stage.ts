/** One step from tokens to text. It takes tokens as they come and gives back what is certain. */
export interface DecoderStage {
  push(tokens: readonly string[]): readonly string[];
  /** What was held back, at the end. */
  flush(): readonly string[];
}

/** A stage that changes each token by itself. */
export function eachToken(change: (token: string, index: number) => string): DecoderStage {
  let index = 0;
  return { push: (tokens) => tokens.map((token) => change(token, index++)), flush: () => [] };
}
