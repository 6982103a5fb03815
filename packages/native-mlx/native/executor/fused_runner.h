#pragma once

#include <mlx/array.h>

#include <optional>
#include <utility>
#include <vector>

#include "executor/passes/fused_blocks.h"
#include "executor/prepared_graph.h"
#include "executor/step.h"

namespace mlxengine {

// Runs blocks of operations by kernels of our own, where the step's rows let them.
class FusedRunner {
 public:
  FusedRunner(const PreparedGraph& prepared, const Step& step, Values& values)
      : prepared_(prepared), step_(step), values_(values) {}

  // Runs the block at a place of the schedule, and maybe the one after it. Returns how many operations it did; with
  // none nothing has happened.
  size_t run(size_t place);

 private:
  // Keys and values of a layer with room for the step's tokens.
  struct Claimed {
    PositionStore& store;
    HeadsStorage storage;
    std::vector<int> positions;
  };

  bool run(const FusedBlock& block, const AttentionBlock& attention);
  bool run(const FusedBlock& block, const FeedForwardBlock& feed_forward);
  bool run(const FusedBlock& block, const HeadBlock& head);
  void run_few(const FusedBlock& block, const AttentionBlock& attention, Claimed claimed);

  const LoadedWeight& weight(WeightId id) const { return prepared_.weights[static_cast<size_t>(id)]; }
  const mlx::core::array& input_of(const FusedBlock& block) const { return *values_[static_cast<size_t>(block.input)]; }
  std::optional<mlx::core::array>& output_of(const FusedBlock& block) {
    return values_[static_cast<size_t>(block.output)];
  }

  // Whether a block's projections of so many rows are better ours.
  bool takes(const Projection& projection, int rows) const;
  bool takes(const AttentionBlock& block, int rows) const;
  bool takes(const FeedForwardBlock& block, int rows) const;
  mlx::core::array feed_forward(CudaSequence& sequence, const FeedForwardBlock& block, const mlx::core::array& x) const;

  // norm(x) · weight
  mlx::core::array project(const FusedBlock& block, const FusedNorm& norm, const LoadedWeight& weight);
  // The block's input plus x · weight, and what follows its norm already where that is one step.
  void finish(const FusedBlock& block, const mlx::core::array& x, const LoadedWeight& weight);
  Claimed claim(const AttentionBlock& block);

  const PreparedGraph& prepared_;
  const Step& step_;
  Values& values_;
  const FusedBlock* following_ = nullptr;
  bool did_following_ = false;
  // A value with its norm, which its sum was made with.
  std::optional<std::pair<ValueId, mlx::core::array>> normed_;
};

}  // namespace mlxengine
