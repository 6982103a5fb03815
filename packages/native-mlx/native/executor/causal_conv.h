#pragma once

#include <mlx/array.h>

#include <optional>

#include "executor/step.h"
#include "graph/graph.h"

namespace mlxengine {

// Depthwise causal convolution of each sequence's [tokens, C], with weight [C, K, 1] and bias [C]. Its state is the
// last K - 1 inputs.
mlx::core::array causal_conv(const mlx::core::array& x,
                             const mlx::core::array& weight,
                             const std::optional<mlx::core::array>& bias,
                             const CausalConvOperation& operation,
                             const Step& step);

}  // namespace mlxengine
