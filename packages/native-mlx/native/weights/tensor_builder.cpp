#include "weights/tensor_builder.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <cstring>

#include "runtime/failure.h"

namespace mx = mlx::core;

namespace mlxengine {

TensorBuilder::TensorBuilder(std::string name, const TensorPlan& plan, mx::Dtype dtype)
    : name_(std::move(name)),
      plan_(plan),
      dtype_(dtype),
      data_(allocate(plan.byte_length / plan.dtype.size() * dtype.size())) {}

mx::allocator::Data TensorBuilder::allocate(uint64_t byte_length) const {
  try {
    return mx::allocator::malloc(byte_length);
  } catch (const std::exception& error) {
    throw FailureError(Failure{FailureKind::memory, error.what(), name_, static_cast<double>(byte_length)});
  }
}

void TensorBuilder::fill(uint64_t length, const std::function<void(uint8_t* target)>& write) {
  const size_t size = plan_.dtype.size();
  if (length > bytes_left() || length % size != 0) {
    throw FailureError(FailureKind::argument,
                       "[weights] bytes, expected whole elements of " + std::to_string(bytes_left()) + ", got " +
                           std::to_string(length),
                       name_);
  }
  auto* target = static_cast<uint8_t*>(data_.buffer().raw_ptr()) + done_ / size * dtype_.size();
  if (plan_.dtype == dtype_) {
    write(target);
  } else {
    auto stored = allocate(length);
    write(static_cast<uint8_t*>(stored.buffer().raw_ptr()));
    const auto count = static_cast<mx::ShapeElem>(length / size);
    auto converted = mx::astype(mx::array(std::move(stored), {count}, plan_.dtype), dtype_);
    mx::eval(converted);
    std::memcpy(target, converted.data<uint8_t>(), converted.nbytes());
  }
  done_ += length;
}

mx::array TensorBuilder::finish() {
  if (bytes_left() > 0) {
    throw FailureError(
        FailureKind::checkpoint,
        "[weights] tensor, expected " + std::to_string(plan_.byte_length) + " bytes, got " + std::to_string(done_),
        name_);
  }
  return mx::array(std::move(data_), mx::Shape(plan_.shape.begin(), plan_.shape.end()), dtype_);
}

}  // namespace mlxengine
