import type { PoolMode } from '@mlxengine/core/graph';
import { elementTypes } from '../../kernels/element-type.js';
import { floatModes } from '../../kernels/float-mode.js';
import type { CallOf } from '../../lowering/kernel-call.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';

/** Numbers of the modes; the same as in `assembly/rows.ts`. */
const poolModes: Readonly<Record<PoolMode, number>> = { mean: 0, max: 1, first: 2, last: 3 };

/** Binds a call of `embedding`. */
export function compileEmbedding({ matrix, ...call }: CallOf<'embedding'>, { kernels, at }: CallSite): CompiledCall {
  const [ids, output] = [at(call.ids), at(call.output)];
  const { columns, address } = matrix;
  switch (matrix.format) {
    case 'dense': {
      const type = elementTypes[matrix.type];
      return whole(({ rows }) => kernels.embeddingDense(type, ids, rows, columns, address, output));
    }
    case 'affine': {
      const { bits, groupSize, scales, biases } = matrix;
      const scaleType = elementTypes[matrix.scaleType];
      return whole(({ rows }) => kernels.embeddingAffine(bits, ids, rows, columns, groupSize, address, scales, biases, scaleType, output));
    }
    case 'float': {
      const { scales, globalScales = 0 } = matrix;
      const mode = floatModes[matrix.mode];
      return whole(({ rows }) => kernels.embeddingFloat(mode, ids, rows, columns, address, scales, globalScales, output));
    }
  }
}

/** Binds a call of `limitIds`. */
export function compileLimitIds({ limit, ...call }: CallOf<'limitIds'>, { kernels, at }: CallSite): CompiledCall {
  const [ids, output] = [at(call.ids), at(call.output)];
  return whole(({ rows }) => kernels.limitIds(ids, rows, limit, output));
}

/** Binds a call of `selectRows`. */
export function compileSelectRows({ columns, ...call }: CallOf<'selectRows'>, { kernels, at }: CallSite): CompiledCall {
  const [input, indices, output] = [at(call.input), at(call.indices), at(call.output)];
  return whole(({ rows }) => kernels.selectRows(input, indices, rows, columns, output));
}

/** Binds a call of `pool`. */
export function compilePool({ columns, ...call }: CallOf<'pool'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output, mode] = [at(call.input), at(call.output), poolModes[call.mode]];
  const bytes = columns * 4;
  return whole(({ segments }) =>
    segments.forEach(({ row, rows }, index) => kernels.pool(mode, input + row * bytes, rows, columns, output + index * bytes)));
}
