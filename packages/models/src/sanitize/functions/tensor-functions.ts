import type { TensorFunction } from '../tensor-expression.js';
import { dequantizeAffine } from './dequantize-affine.js';
import { dequantizeFloat8 } from './dequantize-float8.js';
import type { FunctionDefinition } from './function-definition.js';
import { normalizeColumns } from './normalize-columns.js';
import { quantizeAffine } from './quantize-affine.js';
import { repackAwq } from './repack-awq.js';
import { repackTernary } from './repack-ternary.js';

/** Every function that an expression can call. */
export const tensorFunctions: Readonly<Record<TensorFunction, FunctionDefinition>> = {
  dequantizeAffine, dequantizeFloat8, normalizeColumns, quantizeAffine, repackAwq, repackTernary,
};
