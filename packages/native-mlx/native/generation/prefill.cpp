#include "generation/prefill.h"

#include <mlx/memory.h>
#include <mlx/transforms.h>

#include <algorithm>

namespace mx = mlx::core;

namespace mlxengine {

std::optional<mx::array> Prefill::advance(const Executor& executor, int count) {
  count = std::min(count, left());
  const auto first = generation_->request().prompt.begin() + processed();
  const bool is_last = count == left();
  Step step{mx::array(first, {count}, mx::uint32), {{&state_, 0, count, {}, {generation_->adapter()}}}, {}};
  if (is_last) step.rows = {count - 1};
  auto logits = executor.run(step).logits;
  if (is_last) return logits;
  mx::eval(state_.arrays());
  // A chunk's buffers rarely fit the next one's; kept, they would add up to several times the weights.
  mx::clear_cache();
  generation_->tell_progress(processed());
  return std::nullopt;
}

}  // namespace mlxengine
