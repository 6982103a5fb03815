#pragma once

#include <mlx/array.h>

#include "graph/operations.h"

namespace mlxengine {

mlx::core::array unary(const mlx::core::array& x, UnaryFunction function);

// Both of fitting shapes, see `aligned`.
mlx::core::array binary(const mlx::core::array& left, const mlx::core::array& right, BinaryFunction function);

mlx::core::array scale(const mlx::core::array& x, const ScaleOperation& operation);

mlx::core::array clip(const mlx::core::array& x, const ClipOperation& operation);

mlx::core::array gated(const mlx::core::array& gate, const mlx::core::array& up, GatedActivation activation);

// x [n, …] with ones between, so that it has `rank` trailing dimensions: MLX would align the first with another's
// second.
mlx::core::array aligned(const mlx::core::array& x, size_t rank);

}  // namespace mlxengine
