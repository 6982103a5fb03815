#include "weights/adapter_loader.h"

#include <mlx/ops.h>

#include "weights/tensor_builder.h"
#include "weights/tensor_reader.h"

namespace mx = mlx::core;

namespace mlxengine {

AdapterLoader::AdapterLoader(const AdapterPlan& plan, const Cancellation& cancellation) {
  TensorReader reader;
  for (const auto& [name, tensor] : plan.tensors) {
    if (tensor.file.empty()) {
      TensorBuilder builder(name, tensor, mx::float32);
      builder.fill(plan.provided.at(name));
      tensors_.emplace(name, builder.finish());
    } else {
      const TensorMemory memory = allocate_tensor(name, tensor, mx::float32);
      reader.add(tensor, memory);
      tensors_.emplace(name, memory.array);
    }
  }
  reader.read(cancellation, [](uint64_t) {});
}

AdapterFactors AdapterLoader::load(const AdapterWeightPlan& weight) const {
  const auto up = mx::multiply(factor(weight.up), mx::array(weight.scale));
  const auto magnitude = weight.magnitude ? std::optional(tensors_.at(*weight.magnitude)) : std::nullopt;
  return {factor(weight.down), up, magnitude};
}

mx::array AdapterLoader::factor(const FactorPlan& factor) const {
  const auto& stored = tensors_.at(factor.tensor);
  return factor.transposed ? mx::contiguous(mx::swapaxes(stored, -1, -2)) : stored;
}

}  // namespace mlxengine
