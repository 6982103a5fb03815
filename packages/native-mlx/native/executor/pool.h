#pragma once

#include <mlx/array.h>

#include "executor/step.h"
#include "graph/graph.h"

namespace mlxengine {

// One vector of each sequence's tokens: [tokens, H] to [sequences, H].
mlx::core::array pool(const mlx::core::array& x, PoolMode mode, const Step& step);

}  // namespace mlxengine
