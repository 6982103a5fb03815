#include "generation/prefill.h"

#include <mlx/memory.h>
#include <mlx/transforms.h>

#include <algorithm>

namespace mx = mlx::core;

namespace mlxengine {

int Prefill::chunk(int count) const {
  const auto next = std::upper_bound(snapshots_.begin(), snapshots_.end(), processed());
  const int end = next == snapshots_.end() ? generation_->prompt_length() : *next;
  return std::min(count, end - processed());
}

bool Prefill::at_snapshot() const {
  return std::binary_search(snapshots_.begin(), snapshots_.end(), processed());
}

std::optional<mx::array> Prefill::advance(const Executor& executor, int count) {
  count = chunk(count);
  const auto first = generation_->request().prompt.begin() + processed();
  const bool is_last = count == left();
  Step step{mx::array(first, {count}, mx::uint32), {{&state_, 0, count, {}, {generation_->adapter()}}}, {}};
  if (is_last) step.rows = {count - 1};
  step.profile = generation_->profile();
  if (step.profile != nullptr) step.profile->begin(Profile::Phase::prefill, count);
  auto logits = executor.run(step).logits;
  if (is_last) return logits;
  mx::eval(state_.arrays());
  // A chunk's buffers rarely fit the next one's; kept, they would add up to several times the weights.
  mx::clear_cache();
  generation_->tell_progress(processed());
  return std::nullopt;
}

}  // namespace mlxengine
