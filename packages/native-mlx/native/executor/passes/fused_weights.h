#pragma once

#include <optional>
#include <vector>

#include "graph/value.h"
#include "weights/loaded_weight.h"

namespace mlxengine {

// The rows of some matrices one after another, as one weight. The matrices become views of it, so that it takes no more
// memory than they did. None where their formats differ.
std::optional<LoadedWeight> fused(LoadedWeights& weights, const std::vector<WeightId>& ids);

}  // namespace mlxengine
