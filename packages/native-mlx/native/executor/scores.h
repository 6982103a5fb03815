#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

#include "executor/kv_cache.h"

namespace mlxengine {

// What an attention whose scores are all in memory works on.
struct ScoredHeads {
  mlx::core::array queries;              // [slots, Hq, n, D]
  std::vector<mlx::core::array> keys;    // [slots, Hkv, L, D], or quantized
  std::vector<mlx::core::array> values;  // [slots, Hkv, L, Dv], or quantized
  std::optional<GroupQuantization> quantization;
  float scale;
  std::optional<float> softcap;
};

// For what MLX's fused kernels don't know, capped scores and quantized keys: [slots, Hq, n, Dv]. The mask is either of
// booleans [n, L] or to be added, [slots, 1, n, L]; `sinks` is [Hq].
mlx::core::array attend_by_scores(const ScoredHeads& heads,
                                  const std::optional<mlx::core::array>& mask,
                                  const std::optional<mlx::core::array>& sinks);

}  // namespace mlxengine
