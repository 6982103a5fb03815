#pragma once

#include "executor/state_group.h"
#include "storage/cache_layers.h"
#include "storage/cache_tree.h"

namespace mlxengine {

// Adds the states of a layer as the cache that mlx-lm has there.
void save_layer(CacheTreeWriter& tree, size_t index, const CacheLayer& layer, const Graph& graph, StateGroup& state);

}  // namespace mlxengine
