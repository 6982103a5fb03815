#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "executor/executor.h"
#include "generation/decode_batch.h"
#include "generation/drafter.h"
#include "generation/speculation_gauge.h"

namespace mlxengine {

// Decodes one sequence, several tokens a step where they were guessed right: a step computes the logits after the last
// token and after each guess, the request's sampler chooses at each position as it would without guesses, and guesses
// count for as long as they are what was chosen. So the answer is the one without them.
class SpeculativeDecode {
 public:
  SpeculativeDecode(const Executor& executor, Prefilled sequence, std::unique_ptr<Drafter> drafter);

  const GenerationPtr& generation_ptr() const { return generation_; }

  // A step and its tokens. The sequence, where it ended.
  std::optional<Ended> step();

  // Whether guessing costs more than it brings, so far.
  bool loses() const { return gauge_.loses(); }
  // The sequence, to decode without guesses.
  Prefilled release();

 private:
  std::vector<uint32_t> guess();
  mlx::core::array run(const std::vector<uint32_t>& tokens);
  Ended ended(std::optional<Failure> failure) { return {generation_, std::move(state_), std::move(failure)}; }
  // Takes what was chosen at each position as far as the guesses were right; returns how many tokens that were.
  int take(const mlx::core::array& logits, const std::vector<uint32_t>& guesses);

  const Executor& executor_;
  GenerationPtr generation_;
  StateGroup state_;                        // holds all tokens but the last
  std::optional<mlx::core::array> logits_;  // after the prompt, until the first token is chosen
  RequestSampler sampler_;
  std::unique_ptr<Drafter> drafter_;
  SpeculationGauge gauge_;
  bool finished_ = false;
};

}  // namespace mlxengine
