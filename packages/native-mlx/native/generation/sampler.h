#pragma once

#include <mlx/array.h>

#include <vector>

#include "generation/sampling/log_probabilities.h"
#include "generation/sampling/request_sampler.h"
#include "generation/sampling/sampler_row.h"

namespace mlxengine {

// What a step chose.
struct Sampled {
  mlx::core::array tokens;  // [rows] uint32
  StepLogProbabilities log_probabilities;

  // All of it, to be computed together.
  std::vector<mlx::core::array> arrays() const;
};

// Chooses a token for each row of logits [rows, vocabulary], each as its request says and exactly as it would alone.
// Everything stays on the device. The order and meaning are mlx-lm's: biases and penalties; then, unless greedy, top-p,
// min-p, XTC, top-k, the temperature and the draw, which is by inverse CDF in token order.
Sampled sample(const mlx::core::array& logits, const SamplerRows& rows);

// Mask bits, 32 a word, as booleans [1, vocabulary].
mlx::core::array unpack_mask(const std::vector<uint32_t>& mask, int vocabulary_size);

}  // namespace mlxengine
