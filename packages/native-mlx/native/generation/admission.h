#pragma once

#include <mlx/dtype.h>

#include <cstdint>

#include "graph/graph.h"

namespace mlxengine {

// Whether memory has room for one more sequence beside those that run. Nobody knows how long an answer gets, so each is
// taken to get a while longer, not as long as it may.
class Admission {
 public:
  Admission(const Graph& graph, const mlx::core::Dtype& dtype);

  // Positions that a sequence of that prompt, with so many tokens to come, is given room for.
  static int64_t expected_positions(int64_t prompt_left, int64_t tokens_left);

  // Whether so many more positions, of all sequences together, fit MLX's memory limit.
  bool fits(int64_t positions) const;

 private:
  int64_t position_bytes_ = 0;
};

}  // namespace mlxengine
