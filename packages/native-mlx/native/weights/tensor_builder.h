#pragma once

#include <mlx/allocator.h>
#include <mlx/array.h>

#include <cstdint>
#include <functional>
#include <string>

#include "weights/tensor_plan.h"

namespace mlxengine {

// A tensor in MLX's memory that is filled from its first byte to its last. Where it is to have another dtype than the
// checkpoint holds, each part is converted as it comes, so that the stored bytes are never held whole.
class TensorBuilder {
 public:
  TensorBuilder(std::string name, const TensorPlan& plan, mlx::core::Dtype dtype);

  uint64_t bytes_left() const { return plan_.byte_length - done_; }

  // The next bytes, whole elements, which `write` puts where it is told.
  void fill(uint64_t length, const std::function<void(uint8_t* target)>& write);

  // Once nothing is left.
  mlx::core::array finish();

 private:
  mlx::core::allocator::Data allocate(uint64_t byte_length) const;

  std::string name_;
  const TensorPlan& plan_;
  mlx::core::Dtype dtype_;
  mlx::core::allocator::Data data_;
  uint64_t done_ = 0;  // of the stored bytes
};

}  // namespace mlxengine
