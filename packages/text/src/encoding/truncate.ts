/**
 * How many ids of each text stay, as the strategy `longest_first` of Python's tokenizers has it: the longer text gives way first,
 * then both share alike.
 * @param most - ids of both together
 */
export function longestFirst([a, b]: readonly [number, number], most: number): readonly [number, number] {
  if (a + b <= most) return [a, b];
  const shorter = Math.min(a, b);
  const left = shorter > most ? shorter : Math.max(shorter, most - shorter);
  const half = Math.floor(most / 2);
  const [low, high] = shorter + left > most ? [half, half + (most % 2)] : [shorter, left];
  return a > b ? [high, low] : [low, high];
}
