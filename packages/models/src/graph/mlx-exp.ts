const { fround } = Math;

/** A polynomial for 2 ** x between -1/2 and 1/2, the highest power first. */
const coefficients = [1.5353361883195e-4, 1.339887440266574e-3, 9.618437357674640e-3, 5.550332471162809e-2, 2.402264791363012e-1, 6.931472028550421e-1, 1].map(fround);

/**
 * The exponential of a float32 as MLX computes it on CPUs, bit for bit: it is off by up to a millionth, which angles at far
 * positions show. Source: MLX `mlx/backend/cpu/simd/math.h`.
 * @param value - a float32 between -80 and 80
 */
export function mlxExp(value: number): number {
  const power = fround(value * fround(1.442695));
  const whole = Math.floor(fround(power + 0.5));
  const part = fround(power - whole);
  // A product of two float32 is exact in float64, so that this is a fused multiply-add.
  const polynomial = coefficients.reduce((sum, coefficient) => fround(sum * part + coefficient), 0);
  return fround(2 ** whole * polynomial);
}
