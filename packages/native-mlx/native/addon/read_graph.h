#pragma once

#include "addon/js_reader.h"
#include "graph/graph.h"

namespace mlxengine {

// A ModelGraph of JavaScript, checked: every id in range, every input made by an earlier operation, every shape what
// the operation makes of its inputs.
Graph read_graph(const JsReader& source);

}  // namespace mlxengine
