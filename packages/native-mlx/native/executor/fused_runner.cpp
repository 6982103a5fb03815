#include "executor/fused_runner.h"

#include <mlx/fast.h>
#include <mlx/ops.h>

#include <algorithm>

#include "executor/rows.h"
#include "executor/weight_operations.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// More rows than this keep the device busy by themselves.
constexpr int most_rows = CudaKernels::most_attended;

const FusedNorm& norm_of(const FusedBlock& block) {
  return std::visit([](const auto& kind) -> const FusedNorm& { return kind.norm; }, block.kind);
}

// Whether the step is one token of each sequence of one group.
bool is_single_tokens(const Step& step) {
  return step.groups.size() == 1 && step.groups.front().count == 1;
}

}  // namespace

size_t FusedRunner::run(size_t place) {
  const auto& block = prepared_.blocks[place];
  if (!block || !values_[static_cast<size_t>(block->input)] || input_of(*block).shape(0) > most_rows) return 0;
  const size_t next = place + block->count;
  const bool is_followed =
      next < prepared_.blocks.size() && prepared_.blocks[next] && prepared_.blocks[next]->input == block->output;
  following_ = is_followed ? &*prepared_.blocks[next] : nullptr;
  did_following_ = false;
  if (!std::visit([&](const auto& kind) { return run(*block, kind); }, block->kind)) return 0;
  return block->count + (did_following_ ? following_->count : 0);
}

bool FusedRunner::takes(const Projection& projection, int rows) const {
  return CudaKernels::pays(projection.weight, rows) && prepared_.kernels->is_ready(projection, rows);
}

bool FusedRunner::takes(const AttentionBlock& block, int rows) const {
  const auto& norm = block.norm.weight;
  return takes(Projection{block.queries_keys_values, norm}, rows) &&
         takes(Projection{weight(block.output_weight), std::nullopt, 0, std::nullopt, norm}, rows);
}

bool FusedRunner::takes(const FeedForwardBlock& block, int rows) const {
  const auto& norm = block.norm.weight;
  return takes(Projection{block.gate_up, norm, 0, block.activation}, rows) &&
         takes(Projection{weight(block.down_weight), std::nullopt, 0, std::nullopt, norm}, rows);
}

mx::array FusedRunner::project(const FusedBlock& block, const FusedNorm& norm, const LoadedWeight& weight) {
  const auto& x = input_of(block);
  const bool is_made = normed_ && normed_->first == block.input;
  return linear(is_made ? normed_->second : mx::fast::rms_norm(x, norm.weight, norm.epsilon), weight);
}

void FusedRunner::finish(const FusedBlock& block, const mx::array& x, const LoadedWeight& weight) {
  const auto& residual = input_of(block);
  normed_.reset();
  const auto made = linear(x, weight);
  if (!following_) {
    output_of(block) = mx::add(residual, made);
    return;
  }
  const FusedNorm& norm = norm_of(*following_);
  auto [sum, normed] = prepared_.kernels->add_norm(made, residual, norm.weight, norm.epsilon);
  output_of(block) = std::move(sum);
  normed_ = {block.output, std::move(normed)};
}

FusedRunner::Claimed FusedRunner::claim(const AttentionBlock& block) {
  const GroupRows& rows = step_.groups.front();
  PositionStore& store = rows.group->kv(block.state).store();
  const mx::array like({1, block.layout.key_heads, block.layout.dimensions}, prepared_.dtype, nullptr, {});
  const auto& planes = store.claim(rows, {like, like}, rows.group->slots());
  Claimed claimed{store, {planes[0], planes[1]}, {}};
  for (const SlotRows& slot : slots_of(rows)) claimed.positions.push_back(slot.position());
  return claimed;
}

bool FusedRunner::run(const FusedBlock& block, const AttentionBlock& attention) {
  if (!is_single_tokens(step_)) return false;
  const KVCache& cache = step_.groups.front().group->kv(attention.state);
  if (cache.quantized() || cache.store().bound()) return false;
  auto claimed = claim(attention);
  if (takes(attention, input_of(block).shape(0))) {
    run_few(block, attention, std::move(claimed));
    return true;
  }
  const auto& [keys, values] = claimed.storage;
  const auto projected = project(block, attention.norm, attention.queries_keys_values);
  auto sequence = prepared_.kernels->sequence();
  const auto attended =
      prepared_.kernels->attend(sequence, projected, attention.layout, claimed.storage, claimed.positions, true);
  auto made = std::move(sequence).run({projected, keys, values}, {attended}, {keys, values});
  claimed.store.wrote({made[1], made[2]});
  finish(block, made[0], weight(attention.output_weight));
  return true;
}

mx::array FusedRunner::feed_forward(CudaSequence& sequence, const FeedForwardBlock& block, const mx::array& x) const {
  CudaKernels& kernels = *prepared_.kernels;
  const Projection in{block.gate_up, block.norm.weight, block.norm.epsilon, block.activation};
  const auto inner = kernels.project(sequence, x, in, false);
  return kernels.project(sequence, inner, {weight(block.down_weight), std::nullopt, 0, std::nullopt, x}, true);
}

// A whole layer as one operation, where the next block is the rest of it.
void FusedRunner::run_few(const FusedBlock& block, const AttentionBlock& attention, Claimed claimed) {
  CudaKernels& kernels = *prepared_.kernels;
  const mx::array x = input_of(block);
  const auto* rest = following_ ? std::get_if<FeedForwardBlock>(&following_->kind) : nullptr;
  did_following_ = rest && takes(*rest, x.shape(0));
  auto sequence = kernels.sequence();
  const Projection in{attention.queries_keys_values, attention.norm.weight, attention.norm.epsilon};
  const auto projected = kernels.project(sequence, x, in, false);
  const auto attended =
      kernels.attend(sequence, projected, attention.layout, claimed.storage, claimed.positions, false);
  const Projection out{weight(attention.output_weight), std::nullopt, 0, std::nullopt, x};
  auto result = kernels.project(sequence, attended, out, !did_following_);
  if (did_following_) result = feed_forward(sequence, *rest, result);
  const auto& [keys, values] = claimed.storage;
  auto made = std::move(sequence).run({x, keys, values}, {result}, {keys, values});
  claimed.store.wrote({made[1], made[2]});
  output_of(did_following_ ? *following_ : block) = std::move(made[0]);
  normed_.reset();
}

bool FusedRunner::run(const FusedBlock& block, const FeedForwardBlock& feed_forward) {
  const mx::array x = input_of(block);
  if (takes(feed_forward, x.shape(0))) {
    auto sequence = prepared_.kernels->sequence();
    const auto result = this->feed_forward(sequence, feed_forward, x);
    output_of(block) = std::move(sequence).run({x}, {result})[0];
    normed_.reset();
    return true;
  }
  const auto both = project(block, feed_forward.norm, feed_forward.gate_up);
  finish(block, prepared_.kernels->gated(both, feed_forward.activation), weight(feed_forward.down_weight));
  return true;
}

bool FusedRunner::run(const FusedBlock& block, const HeadBlock& head) {
  const auto x = mx::contiguous(input_of(block));
  const Projection projection{weight(head.weight), head.norm.weight, head.norm.epsilon};
  if (!takes(projection, x.shape(0))) return false;
  auto sequence = prepared_.kernels->sequence();
  const auto result = prepared_.kernels->project(sequence, x, projection, true);
  output_of(block) = std::move(sequence).run({x}, {result})[0];
  return true;
}

}  // namespace mlxengine
