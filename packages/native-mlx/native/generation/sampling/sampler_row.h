#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

#include "generation/sampling/request_sampler.h"

namespace mlxengine {

// A row of logits and whose it is.
struct SamplerRow {
  RequestSampler* sampler;
  // Rows of the same request before it, whose tokens it supposes to be the drafted ones.
  int ahead = 0;
  // Tokens that may come, [1, vocabulary] of booleans; absent: all.
  std::optional<mlx::core::array> allowed = std::nullopt;

  const SamplingParameters& parameters() const { return sampler->parameters(); }
  // Number of the token that the row chooses.
  uint32_t index() const { return static_cast<uint32_t>(sampler->chosen() + ahead); }
};

using SamplerRows = std::vector<SamplerRow>;

// One number a row as [rows, 1], which is how the settings of many requests meet their logits.
template <typename Number, typename Take>
mlx::core::array column(const SamplerRows& rows, Take take) {
  std::vector<Number> numbers;
  numbers.reserve(rows.size());
  for (const SamplerRow& row : rows) numbers.push_back(take(row));
  return mlx::core::array(numbers.begin(), {static_cast<int>(rows.size()), 1});
}

template <typename Condition>
bool any_row(const SamplerRows& rows, Condition condition) {
  for (const SamplerRow& row : rows) {
    if (condition(row)) return true;
  }
  return false;
}

mlx::core::array minus_infinity();

}  // namespace mlxengine
