#pragma once

#include <mlx/array.h>

#include <memory>
#include <optional>
#include <vector>

#include "graph/value.h"

namespace mlxengine {

// What an adapter does to a weight W [out, in], or to each matrix of a stack: it becomes W + up · down, and with DoRA
// each row of that is multiplied by its factor.
struct AdapterWeight {
  mlx::core::array down;  // [r, in]; of a stack [count, r, in]
  mlx::core::array up;    // [out, r]; of a stack [count, out, r]; the adapter's scale is in it
  std::optional<mlx::core::array> row_factor = std::nullopt;  // [out]
  // (1 - row_factor) · the weight's bias, which DoRA leaves alone.
  std::optional<mlx::core::array> bias_rest = std::nullopt;
};

// An adapter of one model. Steps share it; its memory goes with the last of them.
struct Adapter {
  int id;
  std::vector<std::optional<AdapterWeight>> weights;  // by WeightId

  const AdapterWeight* find(WeightId id) const {
    const auto& weight = weights[static_cast<size_t>(id)];
    return weight ? &*weight : nullptr;
  }
};

using AdapterPtr = std::shared_ptr<const Adapter>;

}  // namespace mlxengine
