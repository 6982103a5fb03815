#pragma once

#include <mlx/array.h>

#include "executor/step.h"

// What the operations with a recurrence share.
namespace mlxengine {

mlx::core::array to_float32(const mlx::core::array& x);

// A slot's state, or zeros where there is none yet.
mlx::core::array state_or_zeros(const RecurrentState& state, int slot, const mlx::core::Shape& shape);

// Repeats heads along an axis so that head h of `count` reads head floor(h · heads / count).
mlx::core::array spread_heads(const mlx::core::array& x, int axis, int count);

// Of factors [..., n] the product after i up to t at [..., t, i]: 1 where t = i, 0 where t < i. Multiplied, not
// divided, so that nothing is lost where they become small.
mlx::core::array decay_between(const mlx::core::array& factors);

}  // namespace mlxengine
