#pragma once

#include <mlx/array.h>

#include <cstddef>
#include <optional>
#include <variant>
#include <vector>

#include "executor/cuda/cuda_kernels.h"
#include "graph/graph.h"
#include "weights/loaded_weight.h"

namespace mlxengine {

// Runs of operations that kernels of our own do as one, where a step's rows let them. The operations stay in the graph
// and do the same where they do not.

// A norm's weight, the operation's offset included.
struct FusedNorm {
  mlx::core::array weight;
  float epsilon;
};

// x + attention(norm(x)) with its projections.
struct AttentionBlock {
  FusedNorm norm;
  LoadedWeight queries_keys_values;  // rows of all three
  HeadsLayout layout;
  StateId state;
  WeightId output_weight;
};

// x + down(activation(gate(norm(x))) * up(norm(x)))
struct FeedForwardBlock {
  FusedNorm norm;
  LoadedWeight gate_up;  // rows of both
  GatedActivation activation;
  WeightId down_weight;
};

// linear(norm(x)), for logits
struct HeadBlock {
  FusedNorm norm;
  WeightId weight;
};

struct FusedBlock {
  std::variant<AttentionBlock, FeedForwardBlock, HeadBlock> kind;
  size_t count;  // of operations in the schedule
  ValueId input;
  ValueId output;
};

struct BlockSource {
  const Graph& graph;
  const std::vector<size_t>& schedule;
  LoadedWeights& weights;
  const std::vector<std::optional<mlx::core::array>>& parameters;  // of each operation
};

// For each place in the schedule the block that begins there. Weights that a block reads as one become views of that.
std::vector<std::optional<FusedBlock>> find_blocks(const BlockSource& source);

}  // namespace mlxengine
