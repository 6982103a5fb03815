#pragma once

#include <set>

#include "executor/adapter.h"
#include "executor/adapter_mixes.h"
#include "executor/prepared_graph.h"
#include "executor/step.h"
#include "runtime/cancellation.h"
#include "weights/adapter_plan.h"

namespace mlxengine {

// Turns a graph and its weights into MLX's operations, one step at a time. Nothing is computed in a step: what is
// returned waits for eval or async_eval.
class Executor {
 public:
  Executor(const Graph& graph, LoadedWeights weights, mlx::core::Dtype dtype, const CacheFormat& cache = {});

  // A sequence with nothing in it.
  StateGroup empty_state() const { return StateGroup(graph(), cache_); }

  // The graph's outputs; no logits where no rows are wanted. Advances the step's sequences.
  StepOutputs run(const Step& step) const;

  // Rows that a step of so many sequences, a token of each, had better have: those added are idle.
  int padded_rows(int rows) const;

  // Loads an adapter of this model, evaluated.
  AdapterPtr adapt(const AdapterPlan& plan, const Cancellation& cancellation) const;
  // A weight with an adapter's change in it.
  LoadedWeight fused(WeightId id, const AdapterWeight& change, bool dequantize) const;
  // Puts another weight in a weight's place, of the same shape. No step is on its way.
  LoadedWeight exchange(WeightId id, LoadedWeight weight);
  // Lets go of adapters that are kept for the steps to come.
  void forget_adapters() { mixes_.clear(); }

  const Graph& graph() const { return prepared_.graph; }
  mlx::core::Dtype dtype() const { return prepared_.dtype; }

 private:
  // Whether the blocks that kernels of our own do give what their operations give.
  bool blocks_agree();
  mlx::core::array trial() const;

  PreparedGraph prepared_;
  CacheFormat cache_;
  // Made from step to step where adapters share them.
  mutable AdapterMixes mixes_;
  // Weights that others stand in the place of.
  std::set<WeightId> exchanged_;
};

}  // namespace mlxengine
