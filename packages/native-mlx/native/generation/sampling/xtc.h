#pragma once

#include <mlx/array.h>

#include "generation/sampling/sampler_row.h"

namespace mlxengine {

// Whether XTC acts on the token that a row chooses.
bool xtc_acts(const SamplerRow& row);

// Drops the tokens over each row's threshold but the least likely of them, where it acts.
mlx::core::array apply_xtc(const mlx::core::array& scores, const SamplerRows& rows);

}  // namespace mlxengine
