/** Longest text that is compared; names of architectures are shorter. */
const compared = 60;

/** Levenshtein distance of the first 60 characters: insertions, deletions and replacements between two names. */
export function editDistance(left: string, right: string): number {
  const columns = [...right.slice(0, compared)];
  let row = Array.from({ length: columns.length + 1 }, (_, index) => index);
  for (const character of left.slice(0, compared)) {
    const next = [(row[0] ?? 0) + 1];
    for (const [index, other] of columns.entries()) {
      const replace = (row[index] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replace, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
