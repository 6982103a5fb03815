#pragma once

#include <mlx/array.h>

#include "generation/sampling/sampler_row.h"

namespace mlxengine {

// Sums of probabilities are of integers, 2^62 being 1: exact, so neither their order nor the vocabulary's size matters,
// as it does in float32, where one sum after another loses more than many tokens have.
mlx::core::array running_sums(const mlx::core::array& probabilities);
constexpr double unit_of_sums = 4611686018427387904.0;

// The place, [rows] uint32, of the first score whose running sum exceeds draw · sum, after the temperature; scores
// [rows, n] are in order of token ids. A probability of 0 is never drawn.
mlx::core::array draw_by_inverse_cdf(const mlx::core::array& scores, const SamplerRows& rows);

}  // namespace mlxengine
