const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The bits of the nearest bfloat16, ties to even; finite values only. */
export function toBfloat16(value: number): number {
  float[0] = value;
  const bits = word[0] ?? 0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** The bits of the nearest float16, ties to even; values over the largest become it. */
export function toFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.min(Math.abs(value), 65504);
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14);
  if (magnitude === 0) return sign;
  // In units of the last place; a carry out of the mantissa raises the exponent by itself.
  const units = roundToEven(magnitude / 2 ** (exponent - 10));
  return sign | (exponent === -14 ? units : ((exponent + 14) << 10) + units);
}

/** Value of a float16's bits. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (mantissa + 0x400) * 2 ** (exponent - 25);
}

/** Value of a bfloat16's bits. */
export function fromBfloat16(bits: number): number {
  word[0] = bits << 16;
  return float[0] ?? 0;
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
