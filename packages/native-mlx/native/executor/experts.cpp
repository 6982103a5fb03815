#include "executor/experts.h"

#include <mlx/device.h>
#include <mlx/ops.h>
#include "executor/weight_operations.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// From here on mlx-lm sorts.
constexpr size_t least_sorted = 64;

// [..., 1, in] with one index for each of the leading dimensions, which x may broadcast to, to [..., 1, out].
mx::array gathered_product(const mx::array& x, const mx::array& indices, const LoadedWeight& weight, bool sorted) {
  if (!weight.quantization) {
    // MLX's CPU gathers matrices in float32 alone.
    const auto dtype = mx::default_device() == mx::Device::cpu ? mx::float32 : x.dtype();
    const auto matrices = mx::swapaxes(mx::astype(weight.weight, dtype), -1, -2);
    return mx::astype(mx::gather_mm(mx::astype(x, dtype), matrices, std::nullopt, indices, sorted), x.dtype());
  }
  const Quantization& format = *weight.quantization;
  return mx::gather_qmm(x,
                        weight.weight,
                        *weight.scales,
                        weight.biases,
                        std::nullopt,
                        indices,
                        true,
                        format.group_size,
                        format.bits,
                        format.mode,
                        std::nullopt,
                        sorted);
}

mx::array finished(mx::array product, const mx::array& indices, const LoadedWeight& weight) {
  if (weight.global_factor) {
    const auto factors = mx::expand_dims(mx::take(*weight.global_factor, indices, 0), -1);
    product = mx::multiply(product, mx::astype(factors, product.dtype()));
  }
  return weight.bias ? mx::add(product, mx::take(*weight.bias, indices, 0)) : product;
}

}  // namespace

std::optional<ExpertOrder> expert_order(const mx::array& indices) {
  if (indices.size() < least_sorted) return std::nullopt;
  const auto flat = mx::flatten(indices);
  const auto order = mx::argsort(flat);
  return ExpertOrder{order, mx::argsort(order), mx::take(flat, order, 0)};
}

mx::array sorted_rows(const mx::array& x, const mx::array& indices, const ExpertOrder& order) {
  const int count = indices.shape(1);
  const bool shared = x.ndim() == 2;
  const auto rows = shared ? x : mx::reshape(x, {-1, x.shape(2)});
  const auto from =
      shared && count > 1 ? mx::floor_divide(order.order, mx::array(count, order.order.dtype())) : order.order;
  // Taken last: MLX's CUDA kernel steps from row to row by the stride that an expanded dimension does not have.
  return mx::take(mx::expand_dims(rows, 1), from, 0);
}

mx::array expert_linear(const mx::array& input, const mx::array& indices, const LoadedWeight& weight) {
  const auto x = in_range(input, weight);
  const auto rows = x.ndim() == 2 ? mx::expand_dims(x, {1, 2}) : mx::expand_dims(x, 2);
  const auto product = mx::squeeze(gathered_product(rows, indices, weight, false), -2);
  return mx::astype(finished(product, indices, weight), input.dtype());
}

mx::array sorted_expert_linear(const mx::array& rows,
                               const mx::array& indices,
                               const ExpertOrder& order,
                               const LoadedWeight& weight) {
  const auto product = mx::squeeze(gathered_product(in_range(rows, weight), order.indices, weight, true), -2);
  const auto unsorted = mx::take(product, order.inverse, 0);
  const auto shaped = mx::reshape(unsorted, {indices.shape(0), indices.shape(1), -1});
  return mx::astype(finished(shaped, indices, weight), rows.dtype());
}

mx::array combine(const mx::array& x, const mx::array& weights) {
  return mx::astype(mx::sum(mx::multiply(x, mx::expand_dims(weights, -1)), 1), x.dtype());
}

}  // namespace mlxengine
