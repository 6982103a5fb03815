#pragma once

#include "addon/js_reader.h"
#include "graph/graph.h"
#include "weights/adapter_plan.h"

namespace mlxengine {

// An adapter for a model, checked: each weight is one that an adapter can change, and the tensors have its shape.
AdapterPlan read_adapter_plan(const JsReader& source, const Graph& graph);

}  // namespace mlxengine
