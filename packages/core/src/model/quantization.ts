/** How the packed values of a quantized tensor are to be read. */
export type QuantizationMode = 'affine';

/**
 * Quantization of one weight, in MLX's terms: rows are little-endian bit streams of `bits`-bit integers `q`, and for
 * each group of `groupSize` of them `w = q * scale + bias`.
 */
export interface Quantization {
  readonly mode: QuantizationMode;
  /** Bits a weight: 2, 3, 4, 5, 6 or 8. */
  readonly bits: number;
  /** Weights that share a scale and a bias: 32, 64 or 128. */
  readonly groupSize: number;
}
