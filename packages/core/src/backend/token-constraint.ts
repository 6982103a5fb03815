/**
 * What a grammar is to a backend. One instance serves one request. Bit t of a mask (bit `t % 32` of word `t / 32`)
 * says whether token t may come next.
 */
export interface TokenConstraint {
  /** Writes the mask of allowed next tokens; `mask` has ceil(vocabularySize / 32) words. */
  fillMask(mask: Uint32Array): void;
  /** Tells that a token was chosen. */
  accept(token: number): void;
  /** Tokens that must come next whatever the model says; empty where there is a choice. They still have to be accepted. */
  forced(): readonly number[];
}
