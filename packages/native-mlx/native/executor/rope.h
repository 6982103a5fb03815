#pragma once

#include <mlx/array.h>

#include <vector>

#include "executor/step.h"
#include "graph/graph.h"

namespace mlxengine {

// Where the tokens of each of a step's groups stand: of one sequence the first position, [1], of many that of each row.
using RopeOffsets = std::vector<mlx::core::array>;

// Before the step's groups advance.
RopeOffsets rope_offsets(const Step& step);

// Rotates [tokens, heads, D] by each token's position. `periods` are the reciprocals of the operation's inverse
// frequencies, as MLX takes them; a dynamic rope makes its own for what lies beyond its length.
mlx::core::array rope(const mlx::core::array& x,
                      const RopeOperation& operation,
                      const mlx::core::array& periods,
                      const Step& step,
                      const RopeOffsets& offsets);

// Those of a dynamic rope are the ones within its length.
mlx::core::array rope_periods(const RopeOperation& operation);

}  // namespace mlxengine
