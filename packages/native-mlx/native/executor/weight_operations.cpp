#include "executor/weight_operations.h"

#include <mlx/backend/cuda/cuda.h>
#include <mlx/device.h>
#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

mx::array quantized_product(const mx::array& x, const LoadedWeight& weight, bool transposed) {
  const Quantization& format = *weight.quantization;
  return mx::quantized_matmul(
      x, weight.weight, *weight.scales, weight.biases, transposed, format.group_size, format.bits, format.mode);
}

bool is_cuda() {
  return mx::default_device() != mx::Device::cpu && mx::cu::is_available();
}

// MLX's CUDA kernels multiply with a single quantized matrix at a time.
bool multiplies_quantized_stacks() {
  return !is_cuda();
}

mx::array dense(const LoadedWeight& weight, mx::Dtype dtype) {
  if (!weight.quantization) return weight.weight;
  const Quantization& format = *weight.quantization;
  return mx::dequantize(
      weight.weight, *weight.scales, weight.biases, format.group_size, format.bits, format.mode, std::nullopt, dtype);
}

// What pays on CUDA: from so many rows on a matrix made dense for once, and as many rows as MLX's matrix kernel takes
// in place of a vector kernel for each of a few.
constexpr int least_dense_rows = 256;
constexpr int least_matrix_rows = 8;

// MLX's kernel for Hopper, which takes matrices of one group a row alone, gets those of 8 bits wrong.
bool is_miscounted(const LoadedWeight& weight, int columns) {
  return weight.quantization->mode == "affine" && columns <= weight.quantization->group_size;
}

mx::array cuda_product(const mx::array& x, const LoadedWeight& weight) {
  const int rows = x.shape(0);
  const int columns = x.shape(1);
  if (rows >= least_dense_rows || is_miscounted(weight, columns))
    return mx::matmul(x, mx::transpose(dense(weight, x.dtype())));
  if (rows == 1 || rows >= least_matrix_rows) return quantized_product(x, weight, true);
  const auto idle = mx::zeros({least_matrix_rows - rows, columns}, x.dtype());
  const auto padded = mx::concatenate({x, idle}, 0);
  return mx::slice(quantized_product(padded, weight, true), {0, 0}, {rows, weight.weight.shape(0)});
}

mx::array multiplied(const mx::array& x, const mx::array& factor) {
  return mx::multiply(x, mx::astype(factor, x.dtype()));
}

}  // namespace

mx::array in_range(const mx::array& x, const LoadedWeight& weight) {
  return weight.global_factor && x.dtype() == mx::float16 ? mx::astype(x, mx::float32) : x;
}

int padded_linear_rows(int rows, bool has_kernels) {
  const int alone = has_kernels ? 4 : 1;
  return is_cuda() && rows > alone && rows < least_matrix_rows ? least_matrix_rows : rows;
}

mx::array linear(const mx::array& x, const LoadedWeight& weight) {
  if (!weight.quantization) {
    const auto transposed = mx::transpose(weight.weight);
    return weight.bias ? mx::addmm(*weight.bias, x, transposed) : mx::matmul(x, transposed);
  }
  const auto input = in_range(x, weight);
  auto product = is_cuda() && x.ndim() == 2 ? cuda_product(input, weight) : quantized_product(input, weight, true);
  if (weight.global_factor) product = mx::astype(multiplied(product, *weight.global_factor), x.dtype());
  return weight.bias ? mx::add(product, *weight.bias) : product;
}

mx::array stack_product(const mx::array& input, const LoadedWeight& weight, bool transposed) {
  const auto x = in_range(input, weight);
  const auto multiply = [&] {
    if (weight.quantization && multiplies_quantized_stacks()) return quantized_product(x, weight, transposed);
    const auto matrices = dense(weight, x.dtype());
    return mx::matmul(x, transposed ? mx::swapaxes(matrices, -1, -2) : matrices);
  };
  const auto product = multiply();
  if (!weight.global_factor) return product;
  return mx::astype(multiplied(product, mx::reshape(*weight.global_factor, {-1, 1, 1})), input.dtype());
}

mx::array head_linear(const mx::array& x, const LoadedWeight& weight) {
  const auto product = stack_product(mx::transpose(x, {1, 0, 2}), weight, true);
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
