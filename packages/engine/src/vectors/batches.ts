const mostTokens = 4096;
const mostSequences = 64;

/**
 * Indexes of sequences in batches that a signal can stop between: like lengths together, at most 64 sequences and, but for a longer one
 * alone, 4,096 tokens each.
 */
export function batchesOf(lengths: readonly number[]): readonly (readonly number[])[] {
  const byLength = lengths.map((_, index) => index).sort((a, b) => lengths[a]! - lengths[b]!);
  const batches: number[][] = [];
  let tokens = Infinity;
  for (const index of byLength) {
    const length = lengths[index]!;
    const last = batches.at(-1);
    if (last === undefined || last.length >= mostSequences || tokens + length > mostTokens) {
      batches.push([index]);
      tokens = length;
    } else {
      last.push(index);
      tokens += length;
    }
  }
  return batches;
}
