#pragma once

#include <mlx/array.h>

#include "executor/step.h"
#include "graph/graph.h"

namespace mlxengine {

// The values of a state-space scan's tokens in a step.
struct SSMInputs {
  mlx::core::array x;   // [tokens, H, D]
  mlx::core::array dt;  // [tokens, H]
  mlx::core::array a;   // [H] or [H, N]
  mlx::core::array b;   // [tokens, G, N]
  mlx::core::array c;   // [tokens, G, N]
};

// Selective state-space scan over each sequence's tokens, in float32: [tokens, H, D]. Many tokens go in blocks: with
// one decay a head a block is a product of matrices, as in mlx-lm; with one a column it goes token by token.
mlx::core::array ssm_scan(const SSMInputs& inputs, const SSMScanOperation& operation, const Step& step);

}  // namespace mlxengine
