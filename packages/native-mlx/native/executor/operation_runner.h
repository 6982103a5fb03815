#pragma once

#include <mlx/array.h>
#include <mlx/ops.h>

#include <map>
#include <optional>
#include <utility>

#include "executor/experts.h"
#include "executor/prepared_graph.h"
#include "executor/rope.h"
#include "executor/step.h"
#include "executor/step_adapters.h"

namespace mlxengine {

// Runs operations on the values so far, one at a time. A value that nobody wants, because no logits were asked for,
// stays empty, and so does what is made of it.
class OperationRunner {
 public:
  // `adapters`: null where no row has one.
  OperationRunner(const PreparedGraph& prepared, const Step& step, Values& values, StepAdapters* adapters = nullptr)
      : prepared_(prepared), step_(step), values_(values), adapters_(adapters) {}

  // The operation of that number.
  void run(size_t number);

  void operator()(const TokensOperation& operation);
  void operator()(const PositionsOperation& operation);
  void operator()(const TokenTypesOperation& operation);
  void operator()(const ParameterOperation& operation);
  void operator()(const EmbeddingOperation& operation);
  void operator()(const SelectRowsOperation& operation);
  void operator()(const PoolOperation& operation);
  void operator()(const LinearOperation& operation);
  void operator()(const HeadLinearOperation& operation);
  void operator()(const MatmulOperation& operation);
  void operator()(const RmsNormOperation& operation);
  void operator()(const LayerNormOperation& operation);
  void operator()(const L2NormOperation& operation);
  void operator()(const RopeOperation& operation);
  void operator()(const PositionScaleOperation& operation);
  void operator()(const AttentionOperation& operation);
  void operator()(const LatentAttentionOperation& operation);
  void operator()(const UnaryOperation& operation);
  void operator()(const BinaryOperation& operation);
  void operator()(const ScaleOperation& operation);
  void operator()(const ClipOperation& operation);
  void operator()(const GatedOperation& operation);
  void operator()(const ReshapeOperation& operation);
  void operator()(const SliceOperation& operation);
  void operator()(const ConcatOperation& operation);
  void operator()(const TransposeOperation& operation);
  void operator()(const BroadcastOperation& operation);
  void operator()(const ReduceOperation& operation);
  void operator()(const SoftmaxOperation& operation);
  void operator()(const RouteOperation& operation);
  void operator()(const ExpertLinearOperation& operation);
  void operator()(const CombineOperation& operation);
  void operator()(const CausalConvOperation& operation);
  void operator()(const GatedDeltaOperation& operation);
  void operator()(const SSMScanOperation& operation);

 private:
  // Makes the output where all inputs are there.
  template <typename Make, typename... Ids>
  void make(ValueId output, Make make, Ids... inputs) {
    if ((at(inputs).has_value() && ...)) at(output) = settled(make(input(inputs, output)...), output);
  }

  // A rounded input in full precision, unless the output is rounded as well.
  mlx::core::array input(ValueId id, ValueId output) {
    const bool is_widened = prepared_.is_rounded(id) && !prepared_.is_rounded(output);
    return is_widened ? mlx::core::astype(*at(id), prepared_.dtype) : *at(id);
  }
  mlx::core::array settled(const mlx::core::array& made, ValueId output) const {
    return prepared_.is_rounded(output) ? mlx::core::astype(made, mlx::core::bfloat16) : made;
  }

  std::optional<mlx::core::array>& at(ValueId id) { return values_[static_cast<size_t>(id)]; }
  const LoadedWeight& weight(WeightId id) const { return prepared_.weights[static_cast<size_t>(id)]; }
  std::optional<mlx::core::array> tensor(const std::optional<WeightId>& id) const;
  const std::optional<mlx::core::array>& parameter() const { return prepared_.parameters[number_]; }
  const Value& value(ValueId id) const { return prepared_.graph.values[static_cast<size_t>(id)]; }
  int leading(ValueId id) const { return prepared_.is_constant(id) ? 0 : 1; }
  // An input as the output wants it: in float32 where that is to be precise.
  mlx::core::array fitting(const mlx::core::array& x, ValueId output) const;
  mlx::core::array operand(const mlx::core::array& x, ValueId id, ValueId output) const;
  const mlx::core::array& positions();
  const std::optional<ExpertOrder>& order_of(ValueId indices);
  // `x` is the input.
  const mlx::core::array& sorted(const mlx::core::array& x,
                                 const ExpertLinearOperation& operation,
                                 const ExpertOrder& order);

  const PreparedGraph& prepared_;
  const Step& step_;
  Values& values_;
  StepAdapters* adapters_;
  size_t number_ = 0;
  // What several operations of a step share.
  std::optional<mlx::core::array> positions_;
  std::optional<RopeOffsets> rope_offsets_;
  std::map<ValueId, std::optional<ExpertOrder>> orders_;
  std::map<std::pair<ValueId, ValueId>, mlx::core::array> sorted_;
};

}  // namespace mlxengine
