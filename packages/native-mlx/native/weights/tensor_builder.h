#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "weights/tensor_memory.h"
#include "weights/tensor_plan.h"

namespace mlxengine {

// A tensor in MLX's memory that JavaScript fills from its first byte to its last. Where it is to have another dtype
// than the checkpoint holds, each part is converted as it comes, so that the stored bytes are never held whole.
class TensorBuilder {
 public:
  TensorBuilder(std::string name, const TensorPlan& plan, mlx::core::Dtype dtype);

  // The next bytes, whole elements.
  void fill(const std::vector<uint8_t>& bytes);

  // Once nothing is left.
  mlx::core::array finish();

 private:
  std::string name_;
  const TensorPlan& plan_;
  TensorMemory memory_;
  uint64_t done_ = 0;  // of the stored bytes
};

}  // namespace mlxengine
