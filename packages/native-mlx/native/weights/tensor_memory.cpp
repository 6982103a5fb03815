#include "weights/tensor_memory.h"

#include <mlx/allocator.h>

#include <new>

#include "runtime/failure.h"

namespace mx = mlx::core;

namespace mlxengine {

TensorMemory allocate_tensor(const std::string& name, const TensorPlan& plan, mx::Dtype dtype) {
  const uint64_t length = plan.byte_length / plan.dtype.size() * dtype.size();
  try {
    auto data = mx::allocator::malloc(length);
    auto* bytes = static_cast<uint8_t*>(data.buffer().raw_ptr());
    // The CPU's allocator does not say itself that it got nothing.
    if (bytes == nullptr && length > 0) throw std::bad_alloc();
    return {mx::array(std::move(data), mx::Shape(plan.shape.begin(), plan.shape.end()), dtype), bytes};
  } catch (const std::exception& error) {
    throw FailureError(Failure{FailureKind::memory, error.what(), name, static_cast<double>(length)});
  }
}

}  // namespace mlxengine
