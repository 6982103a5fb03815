#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

#include "generation/request.h"

namespace mlxengine {

// Draws a token, [1] uint32, from logits [1, vocabulary]. Everything stays on the device. The order and meaning are
// mlx-lm's: top-p, min-p, top-k, then temperature; the draw is by inverse CDF in token order with `draw` in [0, 1).
mlx::core::array sample(const mlx::core::array& logits,
                        const SamplingParameters& parameters,
                        float draw,
                        const std::optional<mlx::core::array>& allowed);

// Mask bits, 32 a word, as booleans [1, vocabulary].
mlx::core::array unpack_mask(const std::vector<uint32_t>& mask, int vocabulary_size);

}  // namespace mlxengine
