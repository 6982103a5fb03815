export type { GraphOutputs, ModelGraph } from './model-graph.js';
export type { GraphValue, LeadingDimension, ValueId } from './graph-value.js';
export type {
  KVStateDeclaration, LatentStateDeclaration, MatrixStateDeclaration, RollingStateDeclaration, StateDeclaration,
} from './state-declaration.js';
export type { WeightDeclaration } from './weight-declaration.js';
export type { GraphOperation } from './graph-operation.js';
export type { AttentionOperation, LatentAttentionOperation } from './operations/attention.js';
export type {
  BinaryFunction, BinaryOperation, ClipOperation, GatedActivation, GatedOperation, ScaleOperation, UnaryFunction, UnaryOperation,
} from './operations/element-wise.js';
export type { CombineOperation, ExpertGroups, ExpertLinearOperation, RouteOperation } from './operations/experts.js';
export type {
  EmbeddingOperation, ParameterOperation, PoolMode, PoolOperation, PositionsOperation, SelectRowsOperation, TokensOperation,
  TokenTypesOperation,
} from './operations/inputs.js';
export type { HeadLinearOperation, LinearOperation, MatmulOperation } from './operations/linears.js';
export type { L2NormOperation, LayerNormOperation, RmsNormOperation } from './operations/norms.js';
export type { DynamicRope, PlainRope, PositionScaleOperation, RopeOperation } from './operations/positions.js';
export type { CausalConvOperation, GatedDeltaOperation, SSMScanOperation } from './operations/recurrences.js';
export type { ReduceFunction, ReduceOperation, SoftmaxOperation } from './operations/reductions.js';
export type {
  BroadcastOperation, ConcatOperation, ReshapeOperation, SliceOperation, TransposeOperation,
} from './operations/shapes.js';
export { operationInputs, operationOutputs } from './operation-inputs.js';
export { fittingPositions, stateBytes, type StateFormat } from './state-bytes.js';
