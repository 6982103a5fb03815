/**
 * Packs integers into MLX's rows: one little-endian bit stream, least significant bit first. The number of integers is a
 * multiple of 8, so that it ends on a byte.
 */
export function packBits(quants: Uint8Array, bits: 4 | 5 | 8): Uint8Array {
  if (bits === 8) return quants.slice();
  const packed = new Uint8Array((quants.length * bits) / 8);
  if (bits === 4) {
    for (let index = 0; index < packed.length; index++) {
      packed[index] = (quants[2 * index] ?? 0) | ((quants[2 * index + 1] ?? 0) << 4);
    }
    return packed;
  }
  let pending = 0;
  let pendingBits = 0;
  let to = 0;
  for (let index = 0; index < quants.length; index++) {
    pending |= (quants[index] ?? 0) << pendingBits;
    pendingBits += bits;
    for (; pendingBits >= 8; pendingBits -= 8, pending >>= 8) packed[to++] = pending & 255;
  }
  return packed;
}
