/** The nearest number that bfloat16 has, ties to even. */
export function toBfloat16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  const [word = 0] = bits;
  bits[0] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(bits.buffer)[0] ?? value;
}
