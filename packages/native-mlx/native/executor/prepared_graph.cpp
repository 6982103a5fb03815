#include "executor/prepared_graph.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <map>

#include "executor/causal_conv.h"
#include "executor/operation_runner.h"
#include "executor/precise_values.h"
#include "executor/rope.h"
#include "weights/device_memory.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Makes each array once, however many layers ask for it, and evaluates all that were made.
template <typename Key>
class Shared {
 public:
  template <typename Make>
  const mx::array& get(const Key& key, Make make) {
    const auto found = made_.find(key);
    return found != made_.end() ? found->second : made_.emplace(key, make()).first->second;
  }

 private:
  std::map<Key, mx::array> made_;
};

class Preparation {
 public:
  explicit Preparation(PreparedGraph& prepared) : prepared_(prepared), graph_(prepared.graph) {}

  void run() {
    move_to_device(prepared_.weights);
    for (const LoadedWeight& weight : prepared_.weights) prepared_.is_quantized |= weight.quantization.has_value();
    prepared_.precise = precise_values(graph_);
    for (const Operation& operation : graph_.operations)
      std::visit([this](const auto& of) { settle_tensors(of); }, operation);
    prepared_.parameters.resize(graph_.operations.size());
    for (size_t i = 0; i < graph_.operations.size(); i++)
      std::visit([this, i](const auto& of) { make_parameter(of, prepared_.parameters[i]); }, graph_.operations[i]);
    fold_constants();
    evaluate();
    fuse_blocks();
  }

 private:
  template <typename Other>
  void settle_tensors(const Other&) {}

  void settle_tensors(const RouteOperation& operation) {
    convert(operation.selection_bias, mx::float32);
    convert(operation.expert_scale, mx::float32);
  }
  void settle_tensors(const AttentionOperation& operation) { convert(operation.sinks, prepared_.dtype); }
  void settle_tensors(const CausalConvOperation& operation) {
    convert(operation.weight, prepared_.dtype);
    convert(operation.bias, prepared_.dtype);
  }

  void convert(const std::optional<WeightId>& id, mx::Dtype dtype) {
    if (!id) return;
    auto& weight = prepared_.weights[static_cast<size_t>(*id)].weight;
    weight = mx::astype(weight, dtype);
  }

  template <typename Other>
  void make_parameter(const Other&, std::optional<mx::array>&) {}

  void make_parameter(const RopeOperation& operation, std::optional<mx::array>& parameter) {
    // What is dynamic depends on more than the frequencies.
    parameter = operation.dynamic
                    ? rope_periods(operation)
                    : periods_.get(operation.inverse_frequencies, [&] { return rope_periods(operation); });
  }
  void make_parameter(const RmsNormOperation& operation, std::optional<mx::array>& parameter) {
    parameter = norm_weight(operation.weight, operation.weight_offset);
  }
  void make_parameter(const LayerNormOperation& operation, std::optional<mx::array>& parameter) {
    parameter = norm_weight(operation.weight, operation.weight_offset);
  }

  void make_parameter(const CausalConvOperation& operation, std::optional<mx::array>& parameter) {
    parameter = conv_taps(prepared_.weights[static_cast<size_t>(operation.weight)].weight);
  }

  std::optional<mx::array> norm_weight(const std::optional<WeightId>& id, float offset) {
    if (!id) return std::nullopt;
    const auto& weight = prepared_.weights[static_cast<size_t>(*id)].weight;
    if (offset == 0.0F) return weight;
    return norms_.get({*id, offset}, [&] { return mx::add(weight, mx::array(offset, weight.dtype())); });
  }

  // In float32, and then what only activations meet in their dtype.
  void fold_constants() {
    prepared_.constants.resize(graph_.values.size());
    const Step none{mx::array({0}, mx::uint32), {}};
    Values values(graph_.values.size());
    OperationRunner runner(prepared_, none, values);
    for (size_t i = 0; i < graph_.operations.size(); i++) {
      if (prepared_.is_constant(output_of(graph_.operations[i]))) {
        runner.run(i);
      } else {
        prepared_.schedule.push_back(i);
      }
    }
    for (size_t id = 0; id < values.size(); id++) {
      if (values[id])
        prepared_.constants[id] = prepared_.precise[id] ? *values[id] : mx::astype(*values[id], prepared_.dtype);
    }
  }

  void evaluate() {
    std::vector<mx::array> made;
    for (const auto& array : prepared_.constants) {
      if (array) made.push_back(*array);
    }
    for (const auto& array : prepared_.parameters) {
      if (array) made.push_back(*array);
    }
    for (const LoadedWeight& weight : prepared_.weights) made.push_back(weight.weight);
    mx::eval(std::move(made));
  }

  void fuse_blocks() {
    prepared_.kernels = CudaKernels::open(prepared_.dtype);
    if (!prepared_.kernels) return;
    prepared_.blocks = find_blocks({graph_, prepared_.schedule, prepared_.weights, prepared_.parameters});
    const auto is_block = [](const auto& block) { return block.has_value(); };
    if (std::none_of(prepared_.blocks.begin(), prepared_.blocks.end(), is_block)) prepared_.blocks.clear();
    for (const auto& block : prepared_.blocks) {
      if (block) std::visit([this](const auto& kind) { compile(kind); }, block->kind);
    }
    prepared_.kernels->finish_preparation();
  }

  // What a step of one token needs.
  void compile(const AttentionBlock& block) {
    CudaKernels& kernels = *prepared_.kernels;
    const auto& norm = block.norm.weight;
    kernels.prepare({block.queries_keys_values, norm});
    kernels.prepare(block.layout);
    kernels.prepare({weight(block.output_weight), std::nullopt, 0, std::nullopt, norm});
  }
  void compile(const FeedForwardBlock& block) {
    CudaKernels& kernels = *prepared_.kernels;
    const auto& norm = block.norm.weight;
    kernels.prepare({block.gate_up, norm, 0, block.activation});
    kernels.prepare({weight(block.down_weight), std::nullopt, 0, std::nullopt, norm});
  }
  void compile(const HeadBlock& block) { prepared_.kernels->prepare({weight(block.weight), block.norm.weight}); }

  const LoadedWeight& weight(WeightId id) const { return prepared_.weights[static_cast<size_t>(id)]; }

  PreparedGraph& prepared_;
  const Graph& graph_;
  Shared<std::vector<double>> periods_;
  Shared<std::pair<WeightId, float>> norms_;
};

}  // namespace

PreparedGraph prepare(const Graph& graph, LoadedWeights weights, mx::Dtype dtype) {
  PreparedGraph prepared{graph, std::move(weights), dtype, {}, {}, {}, {}};
  Preparation(prepared).run();
  return prepared;
}

ValueId output_of(const Operation& operation) {
  return std::visit([](const auto& of) { return of.output; }, operation);
}

}  // namespace mlxengine
