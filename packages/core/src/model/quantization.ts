/** How the packed values of a quantized tensor are to be read. */
export type QuantizationMode = 'affine' | 'mxfp4' | 'nvfp4' | 'mxfp8';

/**
 * Quantization of one weight, in MLX's terms; a row is a little-endian bit stream of `bits`-bit values.
 *
 * - `affine`: integers `q`, and for each group of `groupSize` of them `w = q * scale + bias`;
 * - `mxfp4` (4 bits, groups of 32), `nvfp4` (4, 16) and `mxfp8` (8, 32): floats E2M1 or E4M3, times the group's scale,
 *   a U8 that holds E8M0 for `mx*` and E4M3 for `nvfp4`.
 */
export interface Quantization {
  readonly mode: QuantizationMode;
  /** Bits a weight; affine: 2, 3, 4, 5, 6 or 8. */
  readonly bits: number;
  /** Weights that share a scale; affine: 32, 64 or 128. */
  readonly groupSize: number;
  /**
   * Whether there is an F32 tensor `path.global_scale` (a scalar; of a stack one for each matrix), the greatest magnitude that the
   * matrix had: all weights are multiplied by it over 2688, which is 448 · 6, the greatest E4M3 by the greatest E2M1. `nvfp4` alone.
   */
  readonly globalScale?: boolean;
}
