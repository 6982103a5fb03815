#pragma once

#include <mlx/array.h>

#include <optional>

#include "executor/step.h"
#include "graph/graph.h"

namespace mlxengine {

// Each sequence's tokens attend to its own: queries [tokens, Hq, D], keys [tokens, Hkv, D] and values [tokens, Hkv, Dv]
// to [tokens, Hq, Dv]. With a state, the step's keys and values are written to it first. `sinks` is [Hq].
mlx::core::array attention(const mlx::core::array& queries,
                           const mlx::core::array& keys,
                           const mlx::core::array& values,
                           const std::optional<mlx::core::array>& sinks,
                           const AttentionOperation& operation,
                           const Step& step);

}  // namespace mlxengine
