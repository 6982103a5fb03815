#pragma once

#include <vector>

#include "graph/operations.h"

namespace mlxengine {

// The values that an operation reads.
std::vector<ValueId> inputs_of(const Operation& operation);

}  // namespace mlxengine
