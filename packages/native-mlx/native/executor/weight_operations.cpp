#include "executor/weight_operations.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

mx::array linear(const mx::array& x, const LoadedWeight& weight) {
  if (!weight.quantization) {
    const auto transposed = mx::transpose(weight.weight);
    return weight.bias ? mx::addmm(*weight.bias, x, transposed) : mx::matmul(x, transposed);
  }
  const auto& [bits, group_size] = *weight.quantization;
  auto product = mx::quantized_matmul(x, weight.weight, *weight.scales, weight.biases, true, group_size, bits);
  return weight.bias ? mx::add(product, *weight.bias) : product;
}

mx::array embedding(const mx::array& ids, const LoadedWeight& weight) {
  auto rows = mx::take(weight.weight, ids, 0);
  if (!weight.quantization) return rows;
  const auto& [bits, group_size] = *weight.quantization;
  return mx::dequantize(rows, mx::take(*weight.scales, ids, 0), mx::take(*weight.biases, ids, 0), group_size, bits);
}

}  // namespace mlxengine
