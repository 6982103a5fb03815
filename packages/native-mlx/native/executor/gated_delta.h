#pragma once

#include <mlx/array.h>

#include "executor/step.h"
#include "graph/graph.h"

namespace mlxengine {

// The values of a gated delta rule's tokens in a step.
struct GatedDeltaInputs {
  mlx::core::array queries;  // [tokens, Hk, Dk]
  mlx::core::array keys;     // [tokens, Hk, Dk]
  mlx::core::array values;   // [tokens, Hv, Dv]
  mlx::core::array decay;    // [tokens, Hv] or [tokens, Hv, Dk]
  mlx::core::array beta;     // [tokens, Hv]
};

// Gated delta rule over each sequence's tokens, in float32: [tokens, Hv, Dv]. A single token is a few products; many go
// in blocks, whose tokens are solved for together.
mlx::core::array gated_delta(const GatedDeltaInputs& inputs, const GatedDeltaOperation& operation, const Step& step);

}  // namespace mlxengine
