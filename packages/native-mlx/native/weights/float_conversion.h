#pragma once

#include <mlx/dtype.h>

#include <cstddef>
#include <cstdint>

namespace mlxengine {

// Whether `convert_floats` does it: float32, float16 and bfloat16, any to any.
bool converts_floats(mlx::core::Dtype from, mlx::core::Dtype to);

// Writes `count` floats as another type, rounded to the nearest as MLX does. Of no thread in particular: it calls
// nothing of MLX. Neither side needs to be aligned.
void convert_floats(const uint8_t* source, mlx::core::Dtype from, uint8_t* target, mlx::core::Dtype to, size_t count);

}  // namespace mlxengine
