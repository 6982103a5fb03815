#pragma once

#include "executor/prepared_graph.h"
#include "executor/step.h"

namespace mlxengine {

// Turns a graph and its weights into MLX's operations, one step at a time. Nothing is computed in a step: what is
// returned waits for eval or async_eval.
class Executor {
 public:
  Executor(const Graph& graph, LoadedWeights weights, mlx::core::Dtype dtype);

  // The graph's outputs; no logits where no rows are wanted. Advances the step's sequences.
  StepOutputs run(const Step& step) const;

  // Rows that a step of so many sequences, a token of each, had better have: those added are idle.
  int padded_rows(int rows) const { return rows; }

  const Graph& graph() const { return prepared_.graph; }

 private:
  PreparedGraph prepared_;
};

}  // namespace mlxengine
