#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

#include "executor/step.h"
#include "graph/graph.h"
#include "weights/loaded_weight.h"

namespace mlxengine {

// Turns a graph and its weights into MLX's operations, one step at a time. Nothing is computed here: what is returned
// waits for eval or async_eval.
class Executor {
 public:
  Executor(const Graph& graph, LoadedWeights weights);

  // Advances the step's sequences.
  StepOutputs run(const Step& step) const;

  const Graph& graph() const { return graph_; }

 private:
  const Graph& graph_;
  LoadedWeights weights_;
  // Of each operation: the frequencies that a rope needs. Layers share them.
  std::vector<std::optional<mlx::core::array>> rope_periods_;
};

}  // namespace mlxengine
