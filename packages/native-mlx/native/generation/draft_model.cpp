#include "generation/draft_model.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <variant>

#include "generation/model.h"
#include "generation/sampler.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

bool has_recurrence(const Graph& graph) {
  return std::any_of(graph.states.begin(), graph.states.end(), [](const State& state) {
    return std::holds_alternative<RollingState>(state) || std::holds_alternative<MatrixState>(state);
  });
}

}  // namespace

std::vector<uint32_t> DraftModel::draft(const std::vector<uint32_t>& tokens, int most, const RequestSampler& sampler) {
  // Unloaded by its owner meanwhile; or its context is shorter.
  if (!model_->executor || static_cast<int>(tokens.size()) + most > model_->graph.context_length) return {};
  go_back(tokens);
  const auto missing = static_cast<int>(tokens.size() - fed_.size());
  const int count = std::min(missing, model_->score_chunk());
  const auto first = tokens.begin() + static_cast<std::ptrdiff_t>(fed_.size());
  auto logits = run(mx::array(first, {count}, mx::uint32), count);
  fed_.insert(fed_.end(), first, first + count);
  if (count < missing) {
    // A long prompt goes chunk by chunk, while the target goes on without drafts.
    mx::eval(state_->arrays());
    return {};
  }
  if (!has_recurrence(model_->graph)) return choose(std::move(logits), most, sampler);
  // What a recurrence has forgotten is not to be had back from it.
  StateGroup before = state_->fork(0);
  auto drafts = choose(std::move(logits), most, sampler);
  state_ = std::move(before);
  fed_.resize(tokens.size());
  return drafts;
}

void DraftModel::go_back(const std::vector<uint32_t>& tokens) {
  const auto end = fed_.begin() + static_cast<std::ptrdiff_t>(std::min(fed_.size(), tokens.size() - 1));
  const auto common = static_cast<size_t>(std::mismatch(fed_.begin(), end, tokens.begin()).first - fed_.begin());
  const auto length = static_cast<int>(common);
  if (!state_ || (common < fed_.size() && state_->restorable(0, length) != length)) {
    state_.emplace(model_->executor->empty_state());
    fed_.clear();
  } else if (common < fed_.size()) {
    state_->trim(0, length);
    fed_.resize(common);
  }
}

mx::array DraftModel::run(const mx::array& tokens, int count) {
  return *model_->executor->run({tokens, {{&*state_, 0, count}}, {count - 1}}).logits;
}

std::vector<uint32_t> DraftModel::choose(mx::array logits, int most, RequestSampler sampler) {
  std::vector<mx::array> chosen;
  for (int i = 0; i < most; i++) {
    if (i > 0) logits = run(chosen.back(), 1);
    chosen.push_back(sample(logits, {{&sampler}}).tokens);
    sampler.advance(chosen.back(), 0);
  }
  auto drafts = mx::concatenate(chosen);
  mx::eval(drafts);
  const auto* data = drafts.data<uint32_t>();
  std::vector<uint32_t> read(data, data + most);
  fed_.insert(fed_.end(), read.begin(), read.end() - 1);
  return read;
}

}  // namespace mlxengine
