#pragma once

#include "graph/checker.h"
#include "graph/operations.h"

namespace mlxengine {

// Each checks what goes into an operation, then what comes out of it.
void check(Checker& checker, const TokensOperation& operation);
void check(Checker& checker, const PositionsOperation& operation);
void check(Checker& checker, const TokenTypesOperation& operation);
void check(Checker& checker, const ParameterOperation& operation);
void check(Checker& checker, const EmbeddingOperation& operation);
void check(Checker& checker, const SelectRowsOperation& operation);
void check(Checker& checker, const PoolOperation& operation);
void check(Checker& checker, const LinearOperation& operation);
void check(Checker& checker, const HeadLinearOperation& operation);
void check(Checker& checker, const MatmulOperation& operation);
void check(Checker& checker, const RmsNormOperation& operation);
void check(Checker& checker, const LayerNormOperation& operation);
void check(Checker& checker, const L2NormOperation& operation);
void check(Checker& checker, const RopeOperation& operation);
void check(Checker& checker, const PositionScaleOperation& operation);
void check(Checker& checker, const AttentionOperation& operation);
void check(Checker& checker, const LatentAttentionOperation& operation);
void check(Checker& checker, const UnaryOperation& operation);
void check(Checker& checker, const BinaryOperation& operation);
void check(Checker& checker, const ScaleOperation& operation);
void check(Checker& checker, const ClipOperation& operation);
void check(Checker& checker, const GatedOperation& operation);
void check(Checker& checker, const ReshapeOperation& operation);
void check(Checker& checker, const SliceOperation& operation);
void check(Checker& checker, const ConcatOperation& operation);
void check(Checker& checker, const TransposeOperation& operation);
void check(Checker& checker, const BroadcastOperation& operation);
void check(Checker& checker, const ReduceOperation& operation);
void check(Checker& checker, const SoftmaxOperation& operation);
void check(Checker& checker, const RouteOperation& operation);
void check(Checker& checker, const ExpertLinearOperation& operation);
void check(Checker& checker, const CombineOperation& operation);
void check(Checker& checker, const CausalConvOperation& operation);
void check(Checker& checker, const GatedDeltaOperation& operation);
void check(Checker& checker, const SSMScanOperation& operation);

}  // namespace mlxengine
