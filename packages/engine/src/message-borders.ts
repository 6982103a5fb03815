/**
 * Where messages end in a prompt: after the tokens that end an answer, which chat templates put behind every message. The first
 * one (behind the system's message, as a rule) and the last two, because states that are kept there take memory.
 */
export function messageBorders(prompt: readonly number[], endTokens: readonly number[]): number[] {
  const ends = new Set(endTokens);
  const borders = prompt.flatMap((token, index) => (ends.has(token) && index + 1 < prompt.length ? [index + 1] : []));
  return borders.length <= 3 ? borders : [...borders.slice(0, 1), ...borders.slice(-2)];
}
