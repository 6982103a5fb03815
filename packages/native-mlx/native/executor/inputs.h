#pragma once

#include <mlx/array.h>

#include <vector>

#include "executor/step.h"
#include "graph/operations.h"

// What a step brings with it.
namespace mlxengine {

mlx::core::array offset_positions(const mlx::core::array& positions, int offset);

// [tokens] int32.
mlx::core::array token_types(const Step& step);

// Ids from the limit on become 0.
mlx::core::array limited(const mlx::core::array& ids, int limit);

mlx::core::array select_rows(const mlx::core::array& x, const std::vector<int>& rows);

// x [tokens, …] by what each token's position makes it.
mlx::core::array position_scale(const mlx::core::array& x,
                                const mlx::core::array& positions,
                                const PositionScaleOperation& operation);

}  // namespace mlxengine
