#pragma once

#include <mlx/array.h>

#include <functional>

#include "generation/model.h"
#include "runtime/cancellation.h"

namespace mlxengine {

// Computes the tokens of the prompt that the sequence does not hold yet, chunk by chunk, and returns the logits
// [1, vocabulary] after the last, not evaluated yet. `on_progress` is told how many tokens are done after each chunk
// but the last.
mlx::core::array prefill(const Model& model,
                         CachedSequence& sequence,
                         const std::vector<uint32_t>& prompt,
                         const Cancellation& cancellation,
                         const std::function<void(int processed)>& on_progress);

}  // namespace mlxengine
