#pragma once

#include <mlx/array.h>

#include "generation/sampling/sampler_row.h"

namespace mlxengine {

// Changes logits [rows, vocabulary] in float32 as each row's request asks: biases, repetition, presence and frequency
// penalty, as mlx-lm orders them, then what is allowed. A row that asks for nothing keeps its logits to the bit.
mlx::core::array process_logits(mlx::core::array logits, const SamplerRows& rows);

}  // namespace mlxengine
