#include "executor/passes/fused_blocks.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "executor/operation_inputs.h"
#include "executor/passes/fused_weights.h"
#include "executor/prepared_graph.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Follows values back to the operations that make them, from one place of the schedule on.
class BlockFinder {
 public:
  explicit BlockFinder(const BlockSource& source) : source_(source), uses_(source.graph.values.size()) {
    for (size_t place = 0; place < source_.schedule.size(); place++) {
      const Operation& operation = operation_at(place);
      maker_[output_of(operation)] = place;
      for (const ValueId id : inputs_of(operation)) uses_[static_cast<size_t>(id)]++;
    }
    const auto& [logits, pooled, hidden] = source_.graph.outputs;
    for (const auto& output : {logits, pooled, hidden}) {
      if (output) uses_[static_cast<size_t>(*output)]++;
    }
  }

  std::optional<FusedBlock> block_at(size_t place) {
    const auto* norm = as<RmsNormOperation>(place);
    if (!norm || !parameter_of(place)) return std::nullopt;
    start_ = place;
    if (auto block = attention_block(*norm)) return block;
    if (auto block = feed_forward_block(*norm)) return block;
    return head_block(*norm);
  }

 private:
  const Operation& operation_at(size_t place) const { return source_.graph.operations[source_.schedule[place]]; }
  const std::optional<mx::array>& parameter_of(size_t place) const {
    return source_.parameters[source_.schedule[place]];
  }

  template <typename Kind>
  const Kind* as(size_t place) const {
    return place < source_.schedule.size() ? std::get_if<Kind>(&operation_at(place)) : nullptr;
  }

  // The operation of that kind that makes a value within the block which nobody else reads.
  template <typename Kind>
  const Kind* made_by(ValueId id, int uses = 1) {
    const auto found = maker_.find(id);
    if (found == maker_.end() || found->second < start_ || uses_[static_cast<size_t>(id)] != uses) return nullptr;
    const auto* operation = as<Kind>(found->second);
    if (operation) taken_.insert(found->second);
    return operation;
  }
  size_t place_of(ValueId id) const { return maker_.at(id); }

  // The operations from the norm to the last one are the block's and no others.
  bool is_whole(size_t last) const { return taken_.size() == last - start_ + 1 && *taken_.rbegin() == last; }

  void begin() { taken_ = {start_}; }

  FusedNorm norm_of(const RmsNormOperation& norm) const { return {*parameter_of(start_), norm.epsilon}; }

  const LoadedWeight& weight(WeightId id) const { return source_.weights[static_cast<size_t>(id)]; }

  // What is projected from the block's norm and made heads of.
  const LinearOperation* projection_of(ValueId heads, const RmsNormOperation& norm) {
    const auto* reshape = made_by<ReshapeOperation>(heads);
    const auto* linear = reshape ? made_by<LinearOperation>(reshape->input) : nullptr;
    return linear && linear->input == norm.output ? linear : nullptr;
  }

  struct Rotated {
    const RopeOperation* rope = nullptr;
    const RmsNormOperation* norm = nullptr;
    const LinearOperation* linear = nullptr;
  };

  Rotated rotated(ValueId heads, const RmsNormOperation& block_norm) {
    Rotated found;
    found.rope = made_by<RopeOperation>(heads);
    if (!found.rope) return found;
    ValueId from = found.rope->input;
    found.norm = made_by<RmsNormOperation>(from);
    if (found.norm) from = found.norm->input;
    found.linear = projection_of(from, block_norm);
    return found;
  }

  // The first operation of that kind after the norm, which is all that a block has of it.
  template <typename Kind>
  const Kind* first_after() const {
    for (size_t place = start_ + 1; place < std::min(start_ + 24, source_.schedule.size()); place++) {
      if (const auto* found = as<Kind>(place)) return found;
    }
    return nullptr;
  }

  // The addition of what a linear layer makes to the block's input.
  const BinaryOperation* sum_of(ValueId made, ValueId input) {
    const size_t next = place_of(made) + 1;
    const auto* sum = as<BinaryOperation>(next);
    if (!sum || sum->function != BinaryFunction::add) return nullptr;
    const bool is_sum = (sum->left == input && sum->right == made) || (sum->right == input && sum->left == made);
    if (!is_sum || uses_[static_cast<size_t>(made)] != 1) return nullptr;
    taken_.insert(next);
    return sum;
  }

  std::optional<FusedBlock> attention_block(const RmsNormOperation& norm) {
    begin();
    const auto* attention = first_after<AttentionOperation>();
    if (!attention || !attention->state || !attention->writes || !attention->causal || attention->softcap ||
        attention->sinks || uses_[static_cast<size_t>(norm.output)] != 3) {
      return std::nullopt;
    }
    const Rotated queries = rotated(attention->queries, norm);
    const Rotated keys = rotated(attention->keys, norm);
    const auto* values = projection_of(attention->values, norm);
    if (!queries.linear || !keys.linear || !values) return std::nullopt;
    const size_t place = place_of(attention->output);
    taken_.insert(place);
    const auto* flat = as<ReshapeOperation>(place + 1);
    const auto* linear = as<LinearOperation>(place + 2);
    if (!flat || !linear || flat->input != attention->output || linear->input != flat->output ||
        uses_[static_cast<size_t>(attention->output)] != 1 || uses_[static_cast<size_t>(flat->output)] != 1) {
      return std::nullopt;
    }
    taken_.insert({place + 1, place + 2});
    const auto* sum = sum_of(linear->output, norm.input);
    if (!sum || !is_whole(place + 3)) return std::nullopt;
    auto layout = layout_of(*attention, queries, keys);
    if (!layout || !CudaKernels::fits(*layout) || !CudaKernels::fits(weight(linear->weight)) ||
        !CudaKernels::fits(weight(queries.linear->weight))) {
      return std::nullopt;
    }
    auto projections = fused(source_.weights, {queries.linear->weight, keys.linear->weight, values->weight});
    if (!projections) return std::nullopt;
    AttentionBlock block{norm_of(norm), std::move(*projections), std::move(*layout), *attention->state, linear->weight};
    return FusedBlock{std::move(block), taken_.size(), norm.input, sum->output};
  }

  std::optional<HeadsLayout> layout_of(const AttentionOperation& attention,
                                       const Rotated& queries,
                                       const Rotated& keys) {
    const RopeOperation& rope = *queries.rope;
    const RopeOperation& other = *keys.rope;
    const bool are_alike = rope.rotary_dimensions == other.rotary_dimensions && rope.amplitude == other.amplitude &&
                           rope.inverse_frequencies == other.inverse_frequencies;
    const bool have_norms = queries.norm && keys.norm && queries.norm->epsilon == keys.norm->epsilon;
    const bool have_none = !queries.norm && !keys.norm;
    if (!are_alike || rope.traditional || other.traditional || rope.dynamic || other.dynamic ||
        !(have_norms || have_none)) {
      return std::nullopt;
    }
    const auto& shape = source_.graph.values[static_cast<size_t>(attention.queries)].dimensions;
    const auto& key_shape = source_.graph.values[static_cast<size_t>(attention.keys)].dimensions;
    const auto& value_shape = source_.graph.values[static_cast<size_t>(attention.values)].dimensions;
    if (key_shape != value_shape || shape[1] != key_shape[1]) return std::nullopt;
    return HeadsLayout{shape[0],
                       key_shape[0],
                       shape[1],
                       rope.rotary_dimensions,
                       attention.window.value_or(0),
                       have_norms ? parameter_of(place_of(queries.norm->output)) : std::nullopt,
                       have_norms ? parameter_of(place_of(keys.norm->output)) : std::nullopt,
                       have_norms ? queries.norm->epsilon : 0.0F,
                       frequencies_of(rope),
                       rope.amplitude,
                       attention.scale};
  }

  // In the arithmetic of MLX's own rope.
  static mx::array frequencies_of(const RopeOperation& rope) {
    std::vector<float> frequencies;
    const int half = rope.rotary_dimensions / 2;
    for (int i = 0; i < half; i++) {
      if (rope.plain) {
        const float share = static_cast<float>(i) / static_cast<float>(half);
        frequencies.push_back(rope.plain->scale * std::exp2(-share * std::log2(rope.plain->base)));
      } else {
        frequencies.push_back(static_cast<float>(rope.inverse_frequencies[static_cast<size_t>(i)]));
      }
    }
    return mx::array(frequencies.begin(), {half});
  }

  std::optional<FusedBlock> feed_forward_block(const RmsNormOperation& norm) {
    begin();
    const auto* gated = first_after<GatedOperation>();
    if (!gated || !CudaKernels::fits(gated->activation) || uses_[static_cast<size_t>(norm.output)] != 2)
      return std::nullopt;
    const auto* gate = made_by<LinearOperation>(gated->gate);
    const auto* up = made_by<LinearOperation>(gated->up);
    if (!gate || !up || gate->input != norm.output || up->input != norm.output) return std::nullopt;
    const size_t place = place_of(gated->output);
    const auto* down = as<LinearOperation>(place + 1);
    if (!down || down->input != gated->output || uses_[static_cast<size_t>(gated->output)] != 1) return std::nullopt;
    taken_.insert({place, place + 1});
    const auto* sum = sum_of(down->output, norm.input);
    if (!sum || !is_whole(place + 2)) return std::nullopt;
    if (!CudaKernels::fits(weight(gate->weight)) || !CudaKernels::fits(weight(down->weight))) return std::nullopt;
    auto projections = fused(source_.weights, {gate->weight, up->weight});
    if (!projections) return std::nullopt;
    FeedForwardBlock block{norm_of(norm), std::move(*projections), gated->activation, down->weight};
    return FusedBlock{std::move(block), taken_.size(), norm.input, sum->output};
  }

  std::optional<FusedBlock> head_block(const RmsNormOperation& norm) const {
    const auto* linear = as<LinearOperation>(start_ + 1);
    const bool is_head = linear && linear->input == norm.output && linear->output == source_.graph.outputs.logits;
    if (!is_head || uses_[static_cast<size_t>(norm.output)] != 1 || !CudaKernels::fits(weight(linear->weight)))
      return std::nullopt;
    return FusedBlock{HeadBlock{norm_of(norm), linear->weight}, 2, norm.input, linear->output};
  }

  const BlockSource& source_;
  std::map<ValueId, size_t> maker_;
  std::vector<int> uses_;
  size_t start_ = 0;
  std::set<size_t> taken_;
};

}  // namespace

std::vector<std::optional<FusedBlock>> find_blocks(const BlockSource& source) {
  std::vector<std::optional<FusedBlock>> blocks(source.schedule.size());
  BlockFinder finder(source);
  for (size_t place = 0; place < blocks.size(); place++) blocks[place] = finder.block_at(place);
  return blocks;
}

}  // namespace mlxengine
