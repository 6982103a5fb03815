interface Merge {
  readonly left: string;
  readonly right: string;
  readonly score: number;
}

/**
 * The merges that make a BPE tokenizer of a SentencePiece vocabulary with scores: every way to make a piece of two, the
 * best score first. After `generate_merges` of Hugging Face's transformers, ties included.
 * @param pieces - with their scores; only pieces that ordinary text can become
 */
export function sentencePieceMerges(pieces: ReadonlyMap<string, { readonly id: number; readonly score: number }>): readonly string[] {
  const merges: Merge[] = [];
  for (const [piece, { score }] of pieces) {
    const splits: { readonly left: string; readonly right: string; readonly ids: readonly [number, number] }[] = [];
    let at = 0;
    for (const character of piece) {
      at += character.length;
      const left = piece.slice(0, at);
      const right = piece.slice(at);
      const leftId = pieces.get(left)?.id;
      const rightId = pieces.get(right)?.id;
      if (leftId !== undefined && rightId !== undefined) splits.push({ left, right, ids: [leftId, rightId] });
    }
    splits.sort((one, other) => one.ids[0] - other.ids[0] || one.ids[1] - other.ids[1]);
    for (const { left, right } of splits) merges.push({ left, right, score });
  }
  merges.sort((one, other) =>
    other.score - one.score || codePoints(other.left) - codePoints(one.left) || codePoints(other.right) - codePoints(one.right));
  return merges.map(({ left, right }) => `${left} ${right}`);
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
