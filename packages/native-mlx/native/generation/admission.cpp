#include "generation/admission.h"

#include <mlx/memory.h>

#include <algorithm>
#include <variant>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr int64_t expected_answer = 512;

}  // namespace

Admission::Admission(const Graph& graph, const mx::Dtype& dtype) {
  for (const State& state : graph.states) {
    const auto* kv = std::get_if<KVState>(&state);
    const auto* latent = std::get_if<LatentState>(&state);
    // What has a window stays as small as it is.
    if (kv != nullptr && !kv->window)
      position_bytes_ += int64_t{kv->heads} * (int64_t{kv->key_dimension} + kv->value_dimension) * dtype.size();
    if (latent != nullptr) position_bytes_ += (int64_t{latent->rank} + latent->rope_dimension) * dtype.size();
  }
}

int64_t Admission::expected_positions(int64_t prompt_left, int64_t tokens_left) {
  return prompt_left + std::min(tokens_left, expected_answer);
}

bool Admission::fits(int64_t positions) const {
  const auto limit = static_cast<int64_t>(mx::get_memory_limit());
  return limit == 0 || positions * position_bytes_ <= limit - static_cast<int64_t>(mx::get_active_memory());
}

}  // namespace mlxengine
