/** To bfloat16, to nearest and ties to even. */
export function round(value: number): number {
  const floats = Float32Array.of(value);
  const words = new Uint32Array(floats.buffer);
  const word = words[0] as number;
  words[0] = Math.floor((word + 0x7fff + ((word >>> 16) & 1)) / 0x10000) * 0x10000;
  return floats[0] as number;
}
