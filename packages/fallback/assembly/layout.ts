// A unit is 32 packed weights (4 · bits bytes). It is unpacked as eight vectors ("fields") of four weights. A field is
// masked where it lies and converted to float as it is, q · 2^shift, which is exact; the inputs are stored in the
// fields' order and multiplied by 2^-shift beforehand, which is exact too. That saves the shift of every weight.
// A field that would reach the sign bit is shifted down instead (shift -1 below).

/** Whether there is a layout for this number of bits. */
export function fieldBits(bits: i32): bool {
  return bits == 2 || bits == 3 || bits == 4 || bits == 5 || bits == 6 || bits == 8;
}

/** Position of a field's lowest bit in its lane, or -1 where unpacking shifts it down. */
export function fieldShift(bits: i32, field: i32): i32 {
  if (bits == 4) return field == 7 ? -1 : 4 * field;
  if (bits == 8) return (field & 3) == 3 ? -1 : 8 * (field & 3);
  if (bits == 5) return field == 7 ? -1 : field == 6 ? 22 : 5 * field;
  if (bits == 3) return 3 * field;
  return bits * (field & 3);
}

/** Which of a unit's 32 weights is in a lane of a field. */
export function fieldSource(bits: i32, field: i32, lane: i32): i32 {
  if (bits == 3 || bits == 4 || bits == 5) return lane * 8 + field;
  return (field >> 2) * 16 + lane * 4 + (field & 3);
}
