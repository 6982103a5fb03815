#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

#include "executor/executor.h"
#include "executor/state_group.h"
#include "generation/generation.h"

namespace mlxengine {

// A prompt on its way through the model, chunk by chunk.
class Prefill {
 public:
  // `state` holds the first positions of the prompt already; at least one is left to compute.
  // A chunk ends at each of the ascending `snapshots`.
  Prefill(GenerationPtr generation, StateGroup state, std::vector<int> snapshots)
      : generation_(std::move(generation)), state_(std::move(state)), snapshots_(std::move(snapshots)) {}

  Generation& generation() { return *generation_; }
  const GenerationPtr& generation_ptr() const { return generation_; }
  int processed() const { return state_.length(0); }
  int left() const { return generation_->prompt_length() - processed(); }

  // How many of the next `count` tokens a chunk takes.
  int chunk(int count) const;
  // Whether the last chunk ended at a snapshot.
  bool at_snapshot() const;
  // A copy of the state.
  StateGroup fork_state() const { return state_.fork(0); }

  // Computes the next tokens, at most `count`; returns the logits after the prompt's last, not evaluated yet,
  // or waits for the chunk and returns none.
  std::optional<mlx::core::array> advance(const Executor& executor, int count);

  // When it is over.
  StateGroup release_state() { return std::move(state_); }

 private:
  GenerationPtr generation_;
  StateGroup state_;
  std::vector<int> snapshots_;
};

}  // namespace mlxengine
