#pragma once

#include <mlx/array.h>

#include "weights/loaded_weight.h"

namespace mlxengine {

// An input whose product with the weight, before its global factor, is not out of float16's range.
mlx::core::array in_range(const mlx::core::array& x, const LoadedWeight& weight);

// x · Wᵀ (+ bias): [n, in] to [n, out]. Rows stay rows: MLX's quantized product is many times slower on [n, 1, in].
mlx::core::array linear(const mlx::core::array& x, const LoadedWeight& weight);

// Rows that products of quantized weights with so many had better have. `has_kernels`: kernels of our own take a few.
int padded_linear_rows(int rows, bool has_kernels);

// x [.., count or 1, n, in] times each matrix of a stack [count, out, in], or that transposed back, without its bias.
mlx::core::array stack_product(const mlx::core::array& x, const LoadedWeight& weight, bool transposed);

// `linear` with a matrix for each head, a stack [heads, out, in]: [n, heads, in] to [n, heads, out].
mlx::core::array head_linear(const mlx::core::array& x, const LoadedWeight& weight);

// Rows of a matrix by id: [n] to [n, columns], in the compute dtype.
mlx::core::array embedding(const mlx::core::array& ids, const LoadedWeight& weight, mlx::core::Dtype dtype);

}  // namespace mlxengine
