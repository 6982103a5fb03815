#include "generation/prefill.h"

#include <mlx/memory.h>
#include <mlx/transforms.h>

#include <algorithm>

namespace mx = mlx::core;

namespace mlxengine {

mx::array prefill(const Model& model,
                  CachedSequence& sequence,
                  const std::vector<uint32_t>& prompt,
                  const Cancellation& cancellation,
                  const std::function<void(int)>& on_progress) {
  const int total = static_cast<int>(prompt.size());
  while (true) {
    cancellation.throw_if_cancelled();
    const int start = sequence.state.length(0);
    const int count = std::min(model.prefill_chunk(), total - start);
    const auto first = prompt.begin() + start;
    Step step{mx::array(first, {count}, mx::uint32), {{&sequence.state, 0, count}}, {}};
    const bool is_last = start + count == total;
    if (is_last) step.rows = {count - 1};
    auto logits = model.executor->run(step).logits;
    sequence.tokens.insert(sequence.tokens.end(), first, first + count);
    if (is_last) return *logits;
    mx::eval(sequence.state.arrays());
    // A chunk's buffers rarely fit the next one's; kept, they would add up to several times the weights.
    mx::clear_cache();
    on_progress(start + count);
  }
}

}  // namespace mlxengine
