#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "graph/value.h"

// Every operation as plain data; @mlxengine/core/graph says what each computes. A weight, value or state is named by
// its index in the graph's lists.
namespace mlxengine {

struct TokensOperation {
  ValueId output;
};

struct PositionsOperation {
  int offset;
  ValueId output;
};

struct TokenTypesOperation {
  ValueId output;
};

struct ParameterOperation {
  WeightId weight;
  ValueId output;
};

struct EmbeddingOperation {
  ValueId input;
  WeightId weight;
  std::optional<int> limit;
  ValueId output;
};

struct SelectRowsOperation {
  ValueId input;
  ValueId output;
};

enum class PoolMode { mean, max, first, last };

struct PoolOperation {
  PoolMode mode;
  ValueId input;
  ValueId output;
};

struct LinearOperation {
  ValueId input;
  WeightId weight;
  ValueId output;
};

struct HeadLinearOperation {
  ValueId input;
  WeightId weight;
  ValueId output;
};

struct MatmulOperation {
  ValueId left;
  ValueId right;
  ValueId output;
};

struct RmsNormOperation {
  ValueId input;
  std::optional<WeightId> weight;
  float weight_offset;
  float epsilon;
  ValueId output;
};

struct LayerNormOperation {
  ValueId input;
  std::optional<WeightId> weight;
  float weight_offset;
  float epsilon;
  ValueId output;
};

struct L2NormOperation {
  ValueId input;
  float epsilon;
  ValueId output;
};

struct DynamicRope {
  double base;
  double factor;
  double maximum;
};

// Frequencies base ** (-i / half) of positions times a scale.
struct PlainRope {
  float base;
  float scale;
};

struct RopeOperation {
  ValueId input;
  int rotary_dimensions;
  bool traditional;
  std::vector<double> inverse_frequencies;
  float amplitude;
  std::optional<DynamicRope> dynamic;
  std::optional<PlainRope> plain;
  ValueId output;
};

struct PositionScaleOperation {
  ValueId input;
  float beta;
  int length;
  ValueId output;
};

struct AttentionOperation {
  ValueId queries;
  ValueId keys;
  ValueId values;
  std::optional<StateId> state;
  // Whether it is the first to name its state, which writes the step's keys and values; the others only read.
  bool writes;
  float scale;
  bool causal;
  std::optional<int> window;
  std::optional<float> softcap;
  std::optional<WeightId> sinks;
  ValueId output;
};

struct LatentAttentionOperation {
  ValueId queries;
  ValueId rotated_queries;
  ValueId latents;
  ValueId rotated_keys;
  WeightId key_weight;
  WeightId value_weight;
  StateId state;
  float scale;
  ValueId output;
};

enum class UnaryFunction {
  negative,
  absolute,
  exp,
  log,
  sqrt,
  rsqrt,
  square,
  silu,
  gelu,
  gelu_tanh,
  gelu_fast,
  relu,
  relu2,
  sigmoid,
  tanh,
  softplus,
};

struct UnaryOperation {
  UnaryFunction function;
  ValueId input;
  ValueId output;
};

enum class BinaryFunction { add, subtract, multiply, divide, minimum, maximum };

struct BinaryOperation {
  BinaryFunction function;
  ValueId left;
  ValueId right;
  ValueId output;
};

struct ScaleOperation {
  ValueId input;
  float factor;
  float offset;
  ValueId output;
};

struct ClipOperation {
  ValueId input;
  std::optional<float> minimum;
  std::optional<float> maximum;
  ValueId output;
};

enum class GatedActivation { silu, gelu, gelu_tanh, relu, relu2, sigmoid, swiglu_oai };

struct GatedOperation {
  GatedActivation activation;
  ValueId gate;
  ValueId up;
  ValueId output;
};

struct ReshapeOperation {
  ValueId input;
  std::vector<int> dimensions;
  ValueId output;
};

// Axes count the trailing dimensions alone.
struct SliceOperation {
  ValueId input;
  int axis;
  int start;
  int end;
  int step;
  ValueId output;
};

struct ConcatOperation {
  std::vector<ValueId> inputs;
  int axis;
  ValueId output;
};

struct TransposeOperation {
  ValueId input;
  std::vector<int> permutation;
  ValueId output;
};

struct BroadcastOperation {
  ValueId input;
  std::vector<int> dimensions;
  ValueId output;
};

enum class ReduceFunction { sum, mean, max, deviation };

struct ReduceOperation {
  ReduceFunction function;
  ValueId input;
  ValueId output;
};

struct SoftmaxOperation {
  ValueId input;
  ValueId output;
};

enum class RouteScoring { softmax, sigmoid, logits, sparsemixer };

enum class GroupScore { max, top2 };

struct ExpertGroups {
  int count;
  int keep;
  GroupScore score;
};

enum class RouteNormalization { add, maximum };

struct RouteNormalize {
  RouteNormalization mode;
  float epsilon;
};

struct RouteOperation {
  ValueId input;
  RouteScoring scoring;
  int count;
  std::optional<WeightId> selection_bias;
  std::optional<ExpertGroups> groups;
  bool softmax;
  std::optional<RouteNormalize> normalize;
  float scale;
  std::optional<WeightId> expert_scale;
  float jitter;  // 0 but for sparsemixer
  ValueId indices;
  ValueId output;
};

struct ExpertLinearOperation {
  ValueId input;
  ValueId indices;
  WeightId weight;
  ValueId output;
};

struct CombineOperation {
  ValueId input;
  ValueId weights;
  ValueId output;
};

enum class ConvActivation { none, silu };

struct CausalConvOperation {
  ValueId input;
  WeightId weight;
  std::optional<WeightId> bias;
  ConvActivation activation;
  StateId state;
  ValueId output;
};

struct GatedDeltaOperation {
  ValueId queries;
  ValueId keys;
  ValueId values;
  ValueId decay;
  ValueId beta;
  StateId state;
  ValueId output;
};

struct SSMScanOperation {
  ValueId input;
  ValueId dt;
  ValueId a;
  ValueId b;
  ValueId c;
  StateId state;
  ValueId output;
};

using Operation = std::variant<TokensOperation,
                               PositionsOperation,
                               TokenTypesOperation,
                               ParameterOperation,
                               EmbeddingOperation,
                               SelectRowsOperation,
                               PoolOperation,
                               LinearOperation,
                               HeadLinearOperation,
                               MatmulOperation,
                               RmsNormOperation,
                               LayerNormOperation,
                               L2NormOperation,
                               RopeOperation,
                               PositionScaleOperation,
                               AttentionOperation,
                               LatentAttentionOperation,
                               UnaryOperation,
                               BinaryOperation,
                               ScaleOperation,
                               ClipOperation,
                               GatedOperation,
                               ReshapeOperation,
                               SliceOperation,
                               ConcatOperation,
                               TransposeOperation,
                               BroadcastOperation,
                               ReduceOperation,
                               SoftmaxOperation,
                               RouteOperation,
                               ExpertLinearOperation,
                               CombineOperation,
                               CausalConvOperation,
                               GatedDeltaOperation,
                               SSMScanOperation>;

}  // namespace mlxengine
