import type { Tokenizer } from '@mlxengine/core';

/** Plain English of our own, so that a measurement needs no file. */
const text = `A river does not hurry, and yet it arrives. In spring the snow of the high valleys melts, the brooks swell, and the
water carries fine sand down to the plain, where farmers have built low walls to guide it. Whoever walks along the bank in
the morning meets herons, a fisherman with two rods, and children who count the barges on their way to school. In the old
mill a small museum shows how grain was ground, how the wheel was mended after each flood, and what the miller wrote in his
book: the height of the water, the price of flour, the names of guests. Further down, where the river turns, the town
begins. Its bridge has five arches; the middle one was blown up and built again, a little higher than before.`;

/**
 * Tokens of a prompt of a given length, cut or repeated.
 * @param length - default: the whole of a given text, else 128
 */
export function promptOfLength(tokenizer: Tokenizer, given: string | undefined, length: number | undefined): readonly number[] {
  const tokens = tokenizer.encode(given ?? text);
  const wanted = length ?? (given === undefined ? 128 : tokens.length);
  return Array.from({ length: wanted }, (_, index) => tokens[index % tokens.length] ?? 0);
}
