#include "weights/tensor_builder.h"

#include <cstring>

#include "runtime/failure.h"
#include "weights/float_conversion.h"

namespace mx = mlx::core;

namespace mlxengine {

TensorBuilder::TensorBuilder(std::string name, const TensorPlan& plan, mx::Dtype dtype)
    : name_(std::move(name)), plan_(plan), memory_(allocate_tensor(name_, plan, dtype)) {}

void TensorBuilder::fill(const std::vector<uint8_t>& bytes) {
  const size_t size = plan_.dtype.size();
  const uint64_t left = plan_.byte_length - done_;
  if (bytes.size() > left || bytes.size() % size != 0) {
    throw FailureError(
        FailureKind::argument,
        "[weights] bytes, expected whole elements of " + std::to_string(left) + ", got " + std::to_string(bytes.size()),
        name_);
  }
  const mx::Dtype dtype = memory_.array.dtype();
  uint8_t* target = memory_.bytes + done_ / size * dtype.size();
  if (plan_.dtype == dtype) {
    std::memcpy(target, bytes.data(), bytes.size());
  } else {
    convert_floats(bytes.data(), plan_.dtype, target, dtype, bytes.size() / size);
  }
  done_ += bytes.size();
}

mx::array TensorBuilder::finish() {
  if (done_ < plan_.byte_length) {
    throw FailureError(
        FailureKind::checkpoint,
        "[weights] tensor, expected " + std::to_string(plan_.byte_length) + " bytes, got " + std::to_string(done_),
        name_);
  }
  return memory_.array;
}

}  // namespace mlxengine
