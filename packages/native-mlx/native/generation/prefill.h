#pragma once

#include <mlx/array.h>

#include <optional>

#include "executor/executor.h"
#include "executor/state_group.h"
#include "generation/generation.h"

namespace mlxengine {

// A prompt on its way through the model, chunk by chunk.
class Prefill {
 public:
  // `state` holds the first positions of the prompt already; at least one is left to compute.
  Prefill(GenerationPtr generation, StateGroup state) : generation_(std::move(generation)), state_(std::move(state)) {}

  Generation& generation() { return *generation_; }
  const GenerationPtr& generation_ptr() const { return generation_; }
  int processed() const { return state_.length(0); }
  int left() const { return generation_->prompt_length() - processed(); }

  // Computes the next tokens, `count` or what is left; returns the logits after the prompt's last, not evaluated yet,
  // or waits for the chunk and returns none.
  std::optional<mlx::core::array> advance(const Executor& executor, int count);

  // When it is over.
  StateGroup release_state() { return std::move(state_); }

 private:
  GenerationPtr generation_;
  StateGroup state_;
};

}  // namespace mlxengine
