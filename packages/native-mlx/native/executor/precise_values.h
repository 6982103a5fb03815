#pragma once

#include <vector>

#include "graph/graph.h"

namespace mlxengine {

// Which values have to be in float32 in any compute dtype: the factors of recurrences, and what those are computed from
// element by element. Rounded to bfloat16, a decay of 0.999 would be 1.
std::vector<bool> precise_values(const Graph& graph);

}  // namespace mlxengine
