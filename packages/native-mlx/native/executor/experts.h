#pragma once

#include <mlx/array.h>

#include <optional>

#include "graph/operations.h"
#include "weights/loaded_weight.h"

namespace mlxengine {

struct Routing {
  mlx::core::array indices;  // [n, count]
  mlx::core::array weights;  // [n, count], float32
};

// Chooses experts for each row of [n, experts], in float32. Both tensors are [experts] in float32.
Routing route(const mlx::core::array& input,
              const RouteOperation& operation,
              const std::optional<mlx::core::array>& selection_bias,
              const std::optional<mlx::core::array>& expert_scale);

// Rows in the order of their experts, so that each expert's matrix is read once for all of its rows.
struct ExpertOrder {
  mlx::core::array order;    // [n · count]: where a sorted row comes from
  mlx::core::array inverse;  // [n · count]: where a row went to
  mlx::core::array indices;  // [n · count], ascending
};

// None where there are too few rows for sorting to pay.
std::optional<ExpertOrder> expert_order(const mlx::core::array& indices);

// The rows of [n, in] or [n, count, in] that go with the sorted indices: [n · count, 1, in].
mlx::core::array sorted_rows(const mlx::core::array& x, const mlx::core::array& indices, const ExpertOrder& order);

// x · Wᵀ (+ bias) with the chosen experts' matrices of a stack [experts, out, in]: [n, in] or [n, count, in] to
// [n, count, out].
mlx::core::array expert_linear(const mlx::core::array& x, const mlx::core::array& indices, const LoadedWeight& weight);

// The same of sorted rows.
mlx::core::array sorted_expert_linear(const mlx::core::array& rows,
                                      const mlx::core::array& indices,
                                      const ExpertOrder& order,
                                      const LoadedWeight& weight);

// [n, count, D] and [n, count] to [n, D].
mlx::core::array combine(const mlx::core::array& x, const mlx::core::array& weights);

}  // namespace mlxengine
