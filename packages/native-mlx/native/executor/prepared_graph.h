#pragma once

#include <mlx/array.h>

#include <memory>
#include <optional>
#include <vector>

#include "executor/cuda/cuda_kernels.h"
#include "executor/passes/fused_blocks.h"
#include "graph/graph.h"
#include "weights/loaded_weight.h"

namespace mlxengine {

// By value id; none where it is not made (yet).
using Values = std::vector<std::optional<mlx::core::array>>;

// A graph with its weights, and with everything that does not depend on a step computed already.
struct PreparedGraph {
  const Graph& graph;
  LoadedWeights weights;
  mlx::core::Dtype dtype;  // of activations
  // Values without a leading dimension.
  Values constants;
  // Of each operation: a rope's periods, a norm's weight with the operation's offset in it, or a convolution's taps.
  std::vector<std::optional<mlx::core::array>> parameters;
  // The operations that a step runs.
  std::vector<size_t> schedule;
  // Values that are computed in float32 in any dtype, because a recurrence multiplies them up over all tokens.
  std::vector<bool> precise;
  bool is_quantized = false;  // whether any weight is
  // Kernels of our own where they run, and for each place of the schedule the block that they do from there on.
  std::shared_ptr<CudaKernels> kernels = nullptr;
  std::vector<std::optional<FusedBlock>> blocks = {};

  bool is_constant(ValueId id) const { return graph.values[static_cast<size_t>(id)].leading == Leading::none; }
  // Whether a value has less precision than the others.
  bool is_rounded(ValueId id) const {
    return dtype == mlx::core::float32 && graph.values[static_cast<size_t>(id)].bfloat16;
  }
  mlx::core::Dtype dtype_of(ValueId id) const { return is_rounded(id) ? mlx::core::bfloat16 : dtype; }
};

// Evaluates what it computes, on the current device.
PreparedGraph prepare(const Graph& graph, LoadedWeights weights, mlx::core::Dtype dtype);

// The value that an operation makes; of a route its weights.
ValueId output_of(const Operation& operation);

}  // namespace mlxengine
