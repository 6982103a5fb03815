import type { ValueId } from '@mlxengine/core/graph';
import type { NormCall } from '../calls/norms.js';
import type { Lowering, OperationOf } from '../lowering.js';

interface Norm {
  readonly input: ValueId;
  readonly weight?: string;
  readonly weightOffset?: number;
  readonly epsilon: number;
  readonly output: ValueId;
}

function lowerNorm(kernel: NormCall['kernel'], { input, weight, weightOffset = 0, epsilon, output }: Norm, lowering: Lowering): void {
  const bias = weight === undefined ? undefined : lowering.bias(weight);
  lowering.emit({
    kernel, ...lowering.rows(output), input: lowering.of(input), ...(weight !== undefined && { weight: lowering.vector(`${weight}.weight`) }),
    ...(bias !== undefined && { bias }), weightOffset, ...lowering.vectors(output), epsilon, output: lowering.define(output),
  });
}

/** Root-mean-square norms of the last dimension. */
export function lowerRmsNorm(operation: OperationOf<'rmsNorm'>, lowering: Lowering): void {
  lowerNorm('rmsNorm', operation, lowering);
}

/** Layer norms of the last dimension. */
export function lowerLayerNorm(operation: OperationOf<'layerNorm'>, lowering: Lowering): void {
  lowerNorm('layerNorm', operation, lowering);
}

/** Vectors of length 1 along the last dimension. */
export function lowerL2Norm(operation: OperationOf<'l2Norm'>, lowering: Lowering): void {
  lowerNorm('l2Norm', operation, lowering);
}
