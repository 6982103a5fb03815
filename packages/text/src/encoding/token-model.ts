/** Turns one piece of pre-tokenized text into ids. */
export interface TokenModel {
  /** Appends the ids of a piece. */
  encode(piece: string, ids: number[]): void;
}

/** Ids of a character's UTF-8 bytes, `<0x00>` to `<0xFF>`; `undefined` where one of them is not in the vocabulary. */
export function byteFallbackIds(text: string, vocabulary: ReadonlyMap<string, number>): readonly number[] | undefined {
  const ids: number[] = [];
  for (const byte of new TextEncoder().encode(text)) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
}
