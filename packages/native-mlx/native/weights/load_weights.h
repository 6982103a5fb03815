#pragma once

#include <functional>

#include "graph/graph.h"
#include "runtime/cancellation.h"
#include "weights/loaded_weight.h"

namespace mlxengine {

// Reads every weight of the graph straight into MLX's memory, one tensor after another. Takes the plan apart while it
// goes, so that no bytes are held twice. Runs on the owner thread. The progress is that of bytes read from files.
LoadedWeights load_weights(const Graph& graph,
                           LoadPlan plan,
                           const Cancellation& cancellation,
                           const std::function<void(uint64_t loaded_bytes)>& on_progress);

}  // namespace mlxengine
