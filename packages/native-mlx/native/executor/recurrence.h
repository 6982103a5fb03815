#pragma once

#include <mlx/array.h>

#include <vector>

#include "executor/step.h"

// What the operations with a recurrence share.
namespace mlxengine {

mlx::core::array to_float32(const mlx::core::array& x);

// Rows of a group, [slots · count, …] slot by slot, as [count · slots, …] token by token, and back. Neither does
// anything to one slot or one token.
mlx::core::array by_token(const mlx::core::array& x, int slots);
mlx::core::array by_slot(const mlx::core::array& x, int slots);

// Rows token by token, [count · slots, heads, …], with the heads of all slots as lanes of their own:
// [count, slots · heads, …].
mlx::core::array lanes_of(const mlx::core::array& x, int slots);

// Token `at` of all slots, [slots, …], of rows token by token.
mlx::core::array token_of(const mlx::core::array& x, int at, int slots);

// What came of a group's tokens.
struct Scanned {
  mlx::core::array answers;              // rows token by token
  std::vector<mlx::core::array> states;  // as RecurrentState::write takes them
};

// Whether `fused` fuses on this device.
bool is_fusing();

// Work on single tokens as MLX's compiler fuses it, which makes a kernel of many. On GPUs alone: for the CPU it would
// call a C++ compiler at run time.
using TokenWork = std::vector<mlx::core::array> (*)(const std::vector<mlx::core::array>&);
std::vector<mlx::core::array> fused(TokenWork work, const std::vector<mlx::core::array>& inputs);

// Repeats heads along an axis so that head h of `count` reads head floor(h · heads / count).
mlx::core::array spread_heads(const mlx::core::array& x, int axis, int count);

// Of factors [..., n] the product after i up to t at [..., t, i]: 1 where t = i, 0 where t < i. Multiplied, not
// divided, so that nothing is lost where they become small.
mlx::core::array decay_between(const mlx::core::array& factors);

}  // namespace mlxengine
