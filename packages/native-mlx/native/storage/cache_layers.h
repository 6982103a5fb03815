#pragma once

#include <optional>
#include <vector>

#include "graph/graph.h"

namespace mlxengine {

// The states of one layer, which share one entry in a file of mlx-lm's.
struct CacheLayer {
  std::optional<StateId> kv;
  std::optional<StateId> latent;
  std::optional<StateId> rolling;
  std::optional<StateId> matrix;

  bool is_recurrent() const { return rolling || matrix; }
  bool is_attention() const { return kv || latent; }
};

// In the order in which a graph declares them. States belong to a layer by the first number in their names, as in
// model.layers.3.self_attn.
std::vector<CacheLayer> cache_layers(const Graph& graph);

}  // namespace mlxengine
