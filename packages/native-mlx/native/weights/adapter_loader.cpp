#include "weights/adapter_loader.h"

#include <mlx/ops.h>

#include <cstring>

#include "weights/tensor_builder.h"

namespace mx = mlx::core;

namespace mlxengine {

AdapterFactors AdapterLoader::load(const AdapterWeightPlan& weight) {
  cancellation_.throw_if_cancelled();
  const auto down = factor(weight.down);
  const auto up = mx::multiply(factor(weight.up), mx::array(weight.scale));
  return {down, up, weight.magnitude ? std::optional(floats(*weight.magnitude)) : std::nullopt};
}

mx::array AdapterLoader::factor(const FactorPlan& factor) {
  const auto stored = floats(factor.tensor);
  return factor.transposed ? mx::contiguous(mx::swapaxes(stored, -1, -2)) : stored;
}

mx::array AdapterLoader::floats(const std::string& name) {
  const TensorPlan& plan = plan_.tensors.at(name);
  TensorBuilder builder(name, plan, mx::float32);
  if (plan.file.empty()) {
    const auto& bytes = plan_.provided.at(name);
    builder.fill(bytes.size(), [&](uint8_t* target) { std::memcpy(target, bytes.data(), bytes.size()); });
  } else {
    if (!file_ || file_->path() != plan.file) file_ = std::make_unique<FileReader>(plan.file);
    builder.fill(plan.byte_length, [&](uint8_t* target) { file_->read(target, plan.byte_length, plan.byte_offset); });
  }
  return builder.finish();
}

}  // namespace mlxengine
