#pragma once

#include <mlx/array.h>

#include <vector>

#include "executor/step.h"

namespace mlxengine {

// The rows of one group or one slot of a step's activation [tokens, …].
mlx::core::array rows_of(const mlx::core::array& x, const GroupRows& rows);
mlx::core::array rows_of(const mlx::core::array& x, const SlotRows& rows);

// Elements from `start` to before `stop` along one axis. Does not copy.
mlx::core::array slice_of(const mlx::core::array& x, int axis, int start, int stop);

// [n, heads, D] to [1, heads, n, D], as MLX's fused operations take it, and back. Neither copies.
mlx::core::array to_heads_first(const mlx::core::array& x);
mlx::core::array to_rows_first(const mlx::core::array& x);

// The same of the rows of many slots: [slots · n, heads, D] to [slots, heads, n, D].
mlx::core::array to_slots(const mlx::core::array& x, int slots);
mlx::core::array from_slots(const mlx::core::array& x);

// The sequences' rows one after another again.
mlx::core::array joined(std::vector<mlx::core::array> parts);

}  // namespace mlxengine
