#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

#include "weights/tensor_plan.h"

namespace mlxengine {

// A weight as operations use it. What the graph calls a matrix or a stack is dense or quantized here; the operations
// that take one ask through weight_operations.h and never look inside. A `tensor` is in float32 where the checkpoint
// holds it so, else in the compute dtype, which all others are in.
struct LoadedWeight {
  mlx::core::array weight;
  std::optional<mlx::core::array> scales = std::nullopt;
  std::optional<mlx::core::array> biases = std::nullopt;  // affine alone
  std::optional<Quantization> quantization = std::nullopt;
  // The linear layer's bias, not the quantization's.
  std::optional<mlx::core::array> bias = std::nullopt;
  // Factor on all of a quantized weight, float32: a scalar, or [count] of a stack.
  std::optional<mlx::core::array> global_factor = std::nullopt;
};

// In the order of the graph's weights.
using LoadedWeights = std::vector<LoadedWeight>;

}  // namespace mlxengine
