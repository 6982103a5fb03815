#include "executor/weight_operations.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// x · Wᵀ of a quantized matrix, or of a stack of them whose products stand side by side.
mx::array quantized_product(const mx::array& x, const LoadedWeight& weight) {
  const Quantization& format = *weight.quantization;
  return mx::quantized_matmul(
      x, weight.weight, *weight.scales, weight.biases, true, format.group_size, format.bits, format.mode);
}

mx::array multiplied(const mx::array& x, const mx::array& factor) {
  return mx::multiply(x, mx::astype(factor, x.dtype()));
}

}  // namespace

mx::array in_range(const mx::array& x, const LoadedWeight& weight) {
  return weight.global_factor && x.dtype() == mx::float16 ? mx::astype(x, mx::float32) : x;
}

mx::array linear(const mx::array& x, const LoadedWeight& weight) {
  if (!weight.quantization) {
    const auto transposed = mx::transpose(weight.weight);
    return weight.bias ? mx::addmm(*weight.bias, x, transposed) : mx::matmul(x, transposed);
  }
  auto product = quantized_product(in_range(x, weight), weight);
  if (weight.global_factor) product = mx::astype(multiplied(product, *weight.global_factor), x.dtype());
  return weight.bias ? mx::add(product, *weight.bias) : product;
}

mx::array head_linear(const mx::array& x, const LoadedWeight& weight) {
  const auto heads_first = mx::transpose(x, {1, 0, 2});
  auto product = weight.quantization ? quantized_product(in_range(heads_first, weight), weight)
                                     : mx::matmul(heads_first, mx::swapaxes(weight.weight, -1, -2));
  if (weight.global_factor)
    product = mx::astype(multiplied(product, mx::reshape(*weight.global_factor, {-1, 1, 1})), x.dtype());
  auto rows_first = mx::transpose(product, {1, 0, 2});
  return weight.bias ? mx::add(rows_first, *weight.bias) : rows_first;
}

mx::array embedding(const mx::array& ids, const LoadedWeight& weight, mx::Dtype dtype) {
  auto rows = mx::take(weight.weight, ids, 0);
  if (!weight.quantization) return rows;
  const auto biases = weight.biases ? std::optional(mx::take(*weight.biases, ids, 0)) : std::nullopt;
  const Quantization& format = *weight.quantization;
  const auto scales = mx::take(*weight.scales, ids, 0);
  auto made = mx::dequantize(rows, scales, biases, format.group_size, format.bits, format.mode, std::nullopt, dtype);
  return weight.global_factor ? multiplied(made, *weight.global_factor) : made;
}

}  // namespace mlxengine
