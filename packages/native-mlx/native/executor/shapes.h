#pragma once

#include <mlx/array.h>

#include "graph/operations.h"

// Moves of elements. `leading` is how many dimensions stand before the trailing ones that an operation counts: 1, or 0
// of a value that has no leading dimension.
namespace mlxengine {

mlx::core::array reshape(const mlx::core::array& x, const std::vector<int>& dimensions, int leading);

mlx::core::array slice(const mlx::core::array& x, const SliceOperation& operation, int leading);

mlx::core::array concat(std::vector<mlx::core::array> inputs, int axis, int leading);

mlx::core::array transpose(const mlx::core::array& x, const std::vector<int>& permutation, int leading);

mlx::core::array broadcast(const mlx::core::array& x, const std::vector<int>& dimensions, int leading);

}  // namespace mlxengine
