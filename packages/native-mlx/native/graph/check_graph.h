#pragma once

#include "graph/graph.h"

namespace mlxengine {

// Throws where the graph does not hold together, so that the executor need not look again: values are used after they
// are made, shapes and element types fit the operations and their weights, ids stay within the rows that they choose,
// and each state is of its operation's kind and shape. Fills in what is derived of the rest.
void check_graph(Graph& graph);

}  // namespace mlxengine
