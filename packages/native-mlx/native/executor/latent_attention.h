#pragma once

#include <mlx/array.h>

#include "executor/step.h"
#include "graph/graph.h"
#include "weights/loaded_weight.h"

namespace mlxengine {

// The values of a latent attention's tokens in a step.
struct LatentInputs {
  mlx::core::array queries;          // [tokens, heads, Dn]
  mlx::core::array rotated_queries;  // [tokens, heads, Dr]
  mlx::core::array latents;          // [tokens, R]
  mlx::core::array rotated_keys;     // [tokens, Dr]
};

// Writes the step's latents and rotated keys to each sequence's state and attends over them: [tokens, heads, Dv]. With
// few queries the matrices go to the query's side, [heads, R, Dn] and [heads, Dv, R], and the latents themselves are
// key and value of every head; with many, each head's keys and values are made first, which is less work then.
mlx::core::array latent_attention(const LatentInputs& inputs,
                                  const LoadedWeight& key_weight,
                                  const LoadedWeight& value_weight,
                                  const LatentAttentionOperation& operation,
                                  const Step& step);

}  // namespace mlxengine
