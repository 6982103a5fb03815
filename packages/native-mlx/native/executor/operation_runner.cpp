#include "executor/operation_runner.h"

#include <mlx/fast.h>
#include <mlx/ops.h>

#include "executor/attention.h"
#include "executor/causal_conv.h"
#include "executor/elementwise.h"
#include "executor/gated_delta.h"
#include "executor/inputs.h"
#include "executor/latent_attention.h"
#include "executor/norms.h"
#include "executor/pool.h"
#include "executor/rope.h"
#include "executor/shapes.h"
#include "executor/ssm_scan.h"
#include "executor/weight_operations.h"

namespace mx = mlx::core;

namespace mlxengine {

void OperationRunner::run(size_t number) {
  number_ = number;
  std::visit(*this, prepared_.graph.operations[number]);
}

std::optional<mx::array> OperationRunner::tensor(const std::optional<WeightId>& id) const {
  return id ? std::optional(weight(*id).weight) : std::nullopt;
}

mx::array OperationRunner::fitting(const mx::array& x, ValueId output) const {
  return prepared_.precise[static_cast<size_t>(output)] ? mx::astype(x, mx::float32) : x;
}

mx::array OperationRunner::operand(const mx::array& x, ValueId id, ValueId output) const {
  const auto& made = value(output);
  // Constants of less rank align by themselves, as no leading dimension is in the way.
  const bool has_rows = leading(id) == 1;
  const auto shaped = has_rows ? aligned(x, made.dimensions.size()) : x;
  if (made.leading == Leading::none || prepared_.precise[static_cast<size_t>(output)])
    return mx::astype(shaped, mx::float32);
  return mx::astype(shaped, prepared_.dtype_of(output));
}

const mx::array& OperationRunner::positions() {
  if (!positions_) positions_ = mlxengine::positions(step_);
  return *positions_;
}

void OperationRunner::operator()(const TokensOperation& operation) {
  at(operation.output) = step_.tokens;
}

void OperationRunner::operator()(const PositionsOperation& operation) {
  at(operation.output) = offset_positions(positions(), operation.offset);
}

void OperationRunner::operator()(const TokenTypesOperation& operation) {
  at(operation.output) = token_types(step_);
}

void OperationRunner::operator()(const ParameterOperation& operation) {
  // Constants are folded in float32.
  at(operation.output) = mx::astype(weight(operation.weight).weight, mx::float32);
}

void OperationRunner::operator()(const EmbeddingOperation& operation) {
  const auto look_up = [&](const mx::array& ids) {
    const auto known = operation.limit ? limited(ids, *operation.limit) : ids;
    const auto made = embedding(known, weight(operation.weight), prepared_.dtype_of(operation.output));
    if (adapters_ == nullptr) return made;
    return adapters_->embedding(made, known, operation.weight, value(operation.input).leading);
  };
  make(operation.output, look_up, operation.input);
}

void OperationRunner::operator()(const SelectRowsOperation& operation) {
  if (step_.rows.empty()) return;
  make(operation.output, [&](const mx::array& x) { return select_rows(x, step_.rows); }, operation.input);
}

void OperationRunner::operator()(const PoolOperation& operation) {
  make(operation.output, [&](const mx::array& x) { return pool(x, operation.mode, step_); }, operation.input);
}

void OperationRunner::operator()(const LinearOperation& operation) {
  const auto multiply = [&](const mx::array& x) {
    const auto made = linear(x, weight(operation.weight));
    if (adapters_ == nullptr) return made;
    return adapters_->linear(made, x, operation.weight, value(operation.input).leading);
  };
  make(operation.output, multiply, operation.input);
}

void OperationRunner::operator()(const HeadLinearOperation& operation) {
  make(operation.output, [&](const mx::array& x) { return head_linear(x, weight(operation.weight)); }, operation.input);
}

void OperationRunner::operator()(const MatmulOperation& operation) {
  const auto product = [](const mx::array& left, const mx::array& right) { return mx::matmul(left, right); };
  make(operation.output, product, operation.left, operation.right);
}

void OperationRunner::operator()(const RmsNormOperation& operation) {
  const auto norm = [&](const mx::array& x) { return mx::fast::rms_norm(x, parameter(), operation.epsilon); };
  make(operation.output, norm, operation.input);
}

void OperationRunner::operator()(const LayerNormOperation& operation) {
  const auto bias = operation.weight ? weight(*operation.weight).bias : std::nullopt;
  const auto norm = [&](const mx::array& x) { return mx::fast::layer_norm(x, parameter(), bias, operation.epsilon); };
  make(operation.output, norm, operation.input);
}

void OperationRunner::operator()(const L2NormOperation& operation) {
  make(operation.output, [&](const mx::array& x) { return l2_norm(x, operation.epsilon); }, operation.input);
}

void OperationRunner::operator()(const RopeOperation& operation) {
  if (!rope_offsets_) rope_offsets_ = rope_offsets(step_);
  const auto rotate = [&](const mx::array& x) { return rope(x, operation, *parameter(), step_, *rope_offsets_); };
  make(operation.output, rotate, operation.input);
}

void OperationRunner::operator()(const PositionScaleOperation& operation) {
  make(
      operation.output, [&](const mx::array& x) { return position_scale(x, positions(), operation); }, operation.input);
}

void OperationRunner::operator()(const AttentionOperation& operation) {
  const auto attend = [&](const mx::array& queries, const mx::array& keys, const mx::array& values) {
    return attention(queries, keys, values, tensor(operation.sinks), operation, step_);
  };
  make(operation.output, attend, operation.queries, operation.keys, operation.values);
}

void OperationRunner::operator()(const LatentAttentionOperation& operation) {
  const auto attend = [&](const auto&... inputs) {
    return latent_attention(
        {inputs...}, weight(operation.key_weight), weight(operation.value_weight), operation, step_);
  };
  make(operation.output,
       attend,
       operation.queries,
       operation.rotated_queries,
       operation.latents,
       operation.rotated_keys);
}

void OperationRunner::operator()(const UnaryOperation& operation) {
  const auto apply = [&](const mx::array& x) { return unary(fitting(x, operation.output), operation.function); };
  make(operation.output, apply, operation.input);
}

void OperationRunner::operator()(const BinaryOperation& operation) {
  const auto apply = [&](const mx::array& left, const mx::array& right) {
    const auto& [function, left_id, right_id, output] = operation;
    return binary(operand(left, left_id, output), operand(right, right_id, output), function);
  };
  make(operation.output, apply, operation.left, operation.right);
}

void OperationRunner::operator()(const ScaleOperation& operation) {
  // Only the result is rounded: a factor of 1 / 15 in bfloat16 would be another one.
  const bool widens = prepared_.is_rounded(operation.output);
  const auto apply = [&](const mx::array& x) {
    return scale(widens ? mx::astype(x, mx::float32) : fitting(x, operation.output), operation);
  };
  make(operation.output, apply, operation.input);
}

void OperationRunner::operator()(const ClipOperation& operation) {
  const auto apply = [&](const mx::array& x) { return clip(fitting(x, operation.output), operation); };
  make(operation.output, apply, operation.input);
}

void OperationRunner::operator()(const GatedOperation& operation) {
  const auto apply = [&](const mx::array& gate, const mx::array& up) { return gated(gate, up, operation.activation); };
  make(operation.output, apply, operation.gate, operation.up);
}

void OperationRunner::operator()(const ReshapeOperation& operation) {
  const auto move = [&](const mx::array& x) { return reshape(x, operation.dimensions, leading(operation.input)); };
  make(operation.output, move, operation.input);
}

void OperationRunner::operator()(const SliceOperation& operation) {
  make(
      operation.output,
      [&](const mx::array& x) { return slice(x, operation, leading(operation.input)); },
      operation.input);
}

void OperationRunner::operator()(const ConcatOperation& operation) {
  std::vector<mx::array> inputs;
  for (const ValueId id : operation.inputs) {
    if (!at(id)) return;
    inputs.push_back(input(id, operation.output));
  }
  at(operation.output) =
      settled(concat(std::move(inputs), operation.axis, leading(operation.output)), operation.output);
}

void OperationRunner::operator()(const TransposeOperation& operation) {
  const auto move = [&](const mx::array& x) { return transpose(x, operation.permutation, leading(operation.input)); };
  make(operation.output, move, operation.input);
}

void OperationRunner::operator()(const BroadcastOperation& operation) {
  const auto move = [&](const mx::array& x) { return broadcast(x, operation.dimensions, leading(operation.input)); };
  make(operation.output, move, operation.input);
}

void OperationRunner::operator()(const ReduceOperation& operation) {
  make(operation.output, [&](const mx::array& x) { return reduce(x, operation.function); }, operation.input);
}

void OperationRunner::operator()(const SoftmaxOperation& operation) {
  make(operation.output, [](const mx::array& x) { return mx::softmax(x, -1, /* precise */ true); }, operation.input);
}

void OperationRunner::operator()(const RouteOperation& operation) {
  if (!at(operation.input)) return;
  const auto scores = input(operation.input, operation.output);
  auto [indices, weights] = route(scores, operation, tensor(operation.selection_bias), tensor(operation.expert_scale));
  at(operation.indices) = std::move(indices);
  at(operation.output) = std::move(weights);
}

const std::optional<ExpertOrder>& OperationRunner::order_of(ValueId indices) {
  const auto found = orders_.find(indices);
  return found != orders_.end() ? found->second : orders_.emplace(indices, expert_order(*at(indices))).first->second;
}

const mx::array& OperationRunner::sorted(const mx::array& x,
                                         const ExpertLinearOperation& operation,
                                         const ExpertOrder& order) {
  const std::pair key{operation.input, operation.indices};
  const auto found = sorted_.find(key);
  if (found != sorted_.end()) return found->second;
  return sorted_.emplace(key, sorted_rows(x, *at(operation.indices), order)).first->second;
}

void OperationRunner::operator()(const ExpertLinearOperation& operation) {
  const auto apply = [&](const mx::array& x, const mx::array& indices) {
    const auto& order = order_of(operation.indices);
    const auto made =
        order ? sorted_expert_linear(sorted(x, operation, *order), indices, *order, weight(operation.weight))
              : expert_linear(x, indices, weight(operation.weight));
    if (adapters_ == nullptr) return made;
    return adapters_->experts(made, x, indices, operation.weight, value(operation.input).leading);
  };
  make(operation.output, apply, operation.input, operation.indices);
}

void OperationRunner::operator()(const CombineOperation& operation) {
  const auto sum = [](const mx::array& x, const mx::array& weights) { return combine(x, weights); };
  make(operation.output, sum, operation.input, operation.weights);
}

void OperationRunner::operator()(const CausalConvOperation& operation) {
  const auto apply = [&](const mx::array& x) {
    return causal_conv(x, *parameter(), tensor(operation.bias), operation, step_);
  };
  make(operation.output, apply, operation.input);
}

void OperationRunner::operator()(const GatedDeltaOperation& operation) {
  const auto apply = [&](const auto&... inputs) { return gated_delta({inputs...}, operation, step_); };
  make(operation.output, apply, operation.queries, operation.keys, operation.values, operation.decay, operation.beta);
}

void OperationRunner::operator()(const SSMScanOperation& operation) {
  const auto apply = [&](const auto&... inputs) { return ssm_scan({inputs...}, operation, step_); };
  make(operation.output, apply, operation.input, operation.dt, operation.a, operation.b, operation.c);
}

}  // namespace mlxengine
