/** Numbers of the formats of quantized floats; the same as in `assembly/float-formats.ts`. */
export const floatModes = { mxfp4: 0, nvfp4: 1, mxfp8: 2 } as const;
