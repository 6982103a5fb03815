#pragma once

#include <mlx/array.h>

#include "generation/sampling/likeliest.h"
#include "generation/sampling/sampler_row.h"

namespace mlxengine {

// Cuts logits [rows, vocabulary] of rows in mlx-lm's order: top-p, min-p, XTC, top-k. What is cut becomes -infinity.
mlx::core::array cut(const mlx::core::array& logits, const SamplerRows& rows);

// How many of the likeliest tokens are all that a row's cuts can keep, as a power of two; 0: they may keep more.
int shortlist_length(const SamplerRow& row, int vocabulary_size);

// The same cuts of such a list of the logits.
mlx::core::array cut_shortlist(const Likeliest& list, const mlx::core::array& logits, const SamplerRows& rows);

}  // namespace mlxengine
