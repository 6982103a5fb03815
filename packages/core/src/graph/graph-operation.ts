import type { AttentionOperation, LatentAttentionOperation } from './operations/attention.js';
import type { BinaryOperation, ClipOperation, GatedOperation, ScaleOperation, UnaryOperation } from './operations/element-wise.js';
import type { CombineOperation, ExpertLinearOperation, RouteOperation } from './operations/experts.js';
import type {
  EmbeddingOperation, ParameterOperation, PoolOperation, PositionsOperation, SelectRowsOperation, TokensOperation, TokenTypesOperation,
} from './operations/inputs.js';
import type { HeadLinearOperation, LinearOperation, MatmulOperation } from './operations/linears.js';
import type { L2NormOperation, LayerNormOperation, RmsNormOperation } from './operations/norms.js';
import type { PositionScaleOperation, RopeOperation } from './operations/positions.js';
import type { CausalConvOperation, GatedDeltaOperation, SSMScanOperation } from './operations/recurrences.js';
import type { ReduceOperation, SoftmaxOperation } from './operations/reductions.js';
import type { BroadcastOperation, ConcatOperation, ReshapeOperation, SliceOperation, TransposeOperation } from './operations/shapes.js';

/**
 * Every operation, tagged by `type`. Each makes the value `output` (`route` also `indices`); `n` in a shape is any
 * leading dimension.
 */
export type GraphOperation =
  | TokensOperation
  | PositionsOperation
  | TokenTypesOperation
  | ParameterOperation
  | EmbeddingOperation
  | LinearOperation
  | HeadLinearOperation
  | MatmulOperation
  | RmsNormOperation
  | LayerNormOperation
  | L2NormOperation
  | RopeOperation
  | PositionScaleOperation
  | AttentionOperation
  | LatentAttentionOperation
  | UnaryOperation
  | BinaryOperation
  | ScaleOperation
  | ClipOperation
  | GatedOperation
  | ReshapeOperation
  | SliceOperation
  | ConcatOperation
  | TransposeOperation
  | BroadcastOperation
  | ReduceOperation
  | SoftmaxOperation
  | RouteOperation
  | ExpertLinearOperation
  | CombineOperation
  | CausalConvOperation
  | GatedDeltaOperation
  | SSMScanOperation
  | SelectRowsOperation
  | PoolOperation;
