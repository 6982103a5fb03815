#pragma once

#include <mlx/array.h>

#include <cstdint>
#include <string>

#include "weights/tensor_plan.h"

namespace mlxengine {

// A tensor in MLX's memory whose bytes are written after it was made. The array counts as computed from the start, so
// nothing may compute with it until they are.
struct TensorMemory {
  mlx::core::array array;
  uint8_t* bytes;
};

// Memory for a tensor of the checkpoint in the dtype that it is to have.
TensorMemory allocate_tensor(const std::string& name, const TensorPlan& plan, mlx::core::Dtype dtype);

}  // namespace mlxengine
