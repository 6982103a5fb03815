#pragma once

#include <mlx/array.h>

#include <optional>

#include "executor/step.h"
#include "graph/graph.h"

namespace mlxengine {

// A convolution's weight [C, K, 1] as causal_conv takes it: [K, C], float32.
mlx::core::array conv_taps(const mlx::core::array& weight);

// Depthwise causal convolution of each sequence's [tokens, C], with bias [C]. Its state is the last K - 1 inputs.
mlx::core::array causal_conv(const mlx::core::array& x,
                             const mlx::core::array& taps,
                             const std::optional<mlx::core::array>& bias,
                             const CausalConvOperation& operation,
                             const Step& step);

}  // namespace mlxengine
