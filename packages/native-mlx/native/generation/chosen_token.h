#pragma once

#include <mlx/array.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "generation/sampler.h"

namespace mlxengine {

// What the rows of a step chose: on the device until somebody reads it, which waits for the step.
class StepChoices {
 public:
  explicit StepChoices(Sampled sampled) : sampled_(std::move(sampled)) {}

  const mlx::core::array& tokens() const { return sampled_.tokens; }  // [rows] uint32
  std::vector<mlx::core::array> arrays() const { return sampled_.arrays(); }
  uint32_t token(int row);
  std::optional<TokenLogProbabilities> log_probabilities(int row);

 private:
  Sampled sampled_;
  std::optional<std::vector<std::optional<TokenLogProbabilities>>> told_;
};

// One row's.
struct ChosenToken {
  std::shared_ptr<StepChoices> step;
  int row;

  uint32_t value() const { return step->token(row); }
  std::optional<TokenLogProbabilities> log_probabilities() const { return step->log_probabilities(row); }
};

// The tokens as one array [n] on the device; 0 stands for those that are missing. Without any operation where they are
// all of one step in its order, which is what one step after another makes.
mlx::core::array joined(const std::vector<std::optional<ChosenToken>>& tokens);

}  // namespace mlxengine
