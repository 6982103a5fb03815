#pragma once

#include "graph/graph.h"

namespace mlxengine {

// Throws where the graph does not hold together, so that the executor need not look again: values are used after they
// are made, shapes fit the operations and their weights, and each state belongs to one attention.
void check_graph(const Graph& graph);

}  // namespace mlxengine
