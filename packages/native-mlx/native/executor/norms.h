#pragma once

#include <mlx/array.h>

#include "graph/operations.h"

// Over the last dimension.
namespace mlxengine {

mlx::core::array l2_norm(const mlx::core::array& x, float epsilon);

mlx::core::array reduce(const mlx::core::array& x, ReduceFunction function);

}  // namespace mlxengine
