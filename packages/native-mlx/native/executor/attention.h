#pragma once

#include <mlx/array.h>

#include "executor/step.h"
#include "graph/graph.h"

namespace mlxengine {

// Writes the step's keys and values to each sequence's cache and attends over it: queries [tokens, Hq, D], keys
// [tokens, Hkv, D] and values [tokens, Hkv, Dv] to [tokens, Hq, Dv].
mlx::core::array attention(const mlx::core::array& queries,
                           const mlx::core::array& keys,
                           const mlx::core::array& values,
                           const AttentionOperation& operation,
                           const Step& step);

}  // namespace mlxengine
