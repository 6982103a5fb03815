#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

#include "generation/sampling/sampler_row.h"

namespace mlxengine {

// What is told with one token.
struct TokenLogProbabilities {
  float own = 0;
  // The likeliest tokens, likeliest first, and their log-probabilities.
  std::vector<uint32_t> top_tokens;
  std::vector<float> top;
};

// Log-probabilities of those rows of a step that asked for any, on their way to the host.
class StepLogProbabilities {
 public:
  // Of processed logits [rows, vocabulary] and the tokens [rows] that were chosen from them.
  StepLogProbabilities(const mlx::core::array& logits, const mlx::core::array& tokens, const SamplerRows& rows);

  // To be computed together with the tokens.
  std::vector<mlx::core::array> arrays() const;
  // One a row, absent where the row did not ask. Waits for the arrays.
  std::vector<std::optional<TokenLogProbabilities>> read() const;

 private:
  std::vector<std::optional<int>> asked_;       // by row, of how many of the likeliest
  std::optional<mlx::core::array> own_;         // [asked rows]
  std::optional<mlx::core::array> top_tokens_;  // [asked rows, most asked]
  std::optional<mlx::core::array> top_;         // the same
};

}  // namespace mlxengine
