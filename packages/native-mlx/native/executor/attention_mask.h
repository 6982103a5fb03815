#pragma once

#include <mlx/array.h>

#include <optional>

#include "executor/position_store.h"
#include "executor/step.h"

namespace mlxengine {

// Which positions a token sees.
struct Sight {
  bool causal = true;
  std::optional<int> window = std::nullopt;   // so many of the latest, its own included
  std::optional<Bound> bound = std::nullopt;  // what the cache limits it to

  // Whether the bound hides nothing of `count` positions that the window does not hide.
  bool is_unbound(int count) const;
};

// What to add to the rows' scores, [slots, 1, n, L] in `dtype`: 0 where a token sees a position, else a number that
// leaves nothing of it. Made once a step for all layers that see alike.
mlx::core::array mask_of(
    const GroupRows& rows, const PositionView& view, const Sight& sight, mlx::core::Dtype dtype, StepMemo& memo);

}  // namespace mlxengine
