#include "executor/adapter_weights.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>

#include "executor/rows.h"
#include "executor/weight_operations.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Elements of a weight that are dense at a time.
constexpr int64_t most_elements = int64_t{1} << 24;

// The greatest E4M3 scale times the greatest E2M1, which a global factor stands for.
constexpr float greatest = 448.0F * 6.0F;

std::optional<mx::array> part_of(const std::optional<mx::array>& x, int start, int stop) {
  return x ? std::optional(slice_of(*x, 0, start, stop)) : std::nullopt;
}

// Rows of a matrix, or matrices of a stack, as floats.
mx::array dense_part(const LoadedWeight& weight, int start, int stop, mx::Dtype dtype) {
  const auto stored = slice_of(weight.weight, 0, start, stop);
  if (!weight.quantization) return mx::astype(stored, dtype);
  const Quantization& format = *weight.quantization;
  const auto made = mx::dequantize(stored,
                                   *part_of(weight.scales, start, stop),
                                   part_of(weight.biases, start, stop),
                                   format.group_size,
                                   format.bits,
                                   format.mode,
                                   std::nullopt,
                                   dtype);
  if (!weight.global_factor) return made;
  const auto factor = weight.global_factor->ndim() == 0
                          ? *weight.global_factor
                          : mx::reshape(slice_of(*weight.global_factor, 0, start, stop), {-1, 1, 1});
  return mx::multiply(made, mx::astype(factor, dtype));
}

// The same with the change in it.
mx::array changed_part(const LoadedWeight& weight, const AdapterWeight& change, int start, int stop, mx::Dtype dtype) {
  const bool stack = change.down.ndim() == 3;
  const auto down = stack ? slice_of(change.down, 0, start, stop) : change.down;
  const auto product = mx::matmul(slice_of(change.up, 0, start, stop), down);
  const auto sum = mx::add(dense_part(weight, start, stop, dtype), mx::astype(product, dtype));
  if (!change.row_factor) return sum;
  const auto factor = mx::expand_dims(slice_of(*change.row_factor, 0, start, stop), 1);
  return mx::multiply(sum, mx::astype(factor, dtype));
}

int64_t count_of(const mx::Shape& shape) {
  int64_t count = 1;
  for (const auto size : shape) count *= size;
  return count;
}

// Calls `make` for one part of the weight's first dimension after another.
template <typename Make>
void for_parts(const LoadedWeight& weight, const AdapterWeight& change, Make make) {
  const int count = weight.weight.shape(0);
  const int64_t width = count_of(change.up.shape()) / change.up.shape(-1) / count * change.down.shape(-1);
  // One factor is for the whole of a matrix.
  const bool whole = weight.global_factor && weight.global_factor->ndim() == 0;
  const auto step = whole ? count : static_cast<int>(std::clamp<int64_t>(most_elements / width, 1, count));
  for (int start = 0; start < count; start += step) make(start, std::min(count, start + step));
}

// The parts of a quantized weight as they become ready.
struct QuantizedParts {
  std::vector<mx::array> weights;
  std::vector<mx::array> scales;
  std::vector<mx::array> biases;
  std::vector<mx::array> factors;

  void add(mx::array dense, const Quantization& format, bool has_factor) {
    if (has_factor) {
      const bool stack = dense.ndim() == 3;
      const auto size = mx::astype(mx::abs(dense), mx::float32);
      const auto most = stack ? mx::max(size, std::vector<int>{1, 2}) : mx::max(size);
      const auto factor = mx::maximum(mx::divide(most, mx::array(greatest)), mx::array(1e-30F));
      dense = mx::divide(dense, mx::astype(stack ? mx::reshape(factor, {-1, 1, 1}) : factor, dense.dtype()));
      factors.push_back(factor);
    }
    auto made = mx::quantize(dense, format.group_size, format.bits, format.mode);
    mx::eval(made);
    weights.push_back(made[0]);
    scales.push_back(made[1]);
    if (made.size() > 2) biases.push_back(made[2]);
  }
};

mx::array whole(std::vector<mx::array> parts) {
  return parts.size() == 1 ? parts.front() : mx::concatenate(std::move(parts), 0);
}

}  // namespace

AdapterWeight adapter_weight(const LoadedWeight& weight, const AdapterFactors& factors, mx::Dtype dtype) {
  AdapterWeight made{factors.down, factors.up};
  if (factors.magnitude) {
    std::vector<mx::array> norms;
    for_parts(weight, made, [&](int start, int stop) {
      const auto rows = changed_part(weight, made, start, stop, mx::float32);
      norms.push_back(mx::sqrt(mx::sum(mx::square(rows), 1)));
      mx::eval(norms.back());
    });
    const auto factor = mx::divide(*factors.magnitude, whole(std::move(norms)));
    made.row_factor = mx::astype(factor, dtype);
    if (weight.bias) {
      const auto rest = mx::multiply(mx::subtract(mx::array(1.0F), factor), mx::astype(*weight.bias, mx::float32));
      made.bias_rest = mx::astype(rest, dtype);
    }
  }
  made.down = mx::astype(made.down, dtype);
  made.up = mx::astype(made.up, dtype);
  std::vector<mx::array> arrays{made.down, made.up};
  if (made.row_factor) arrays.push_back(*made.row_factor);
  if (made.bias_rest) arrays.push_back(*made.bias_rest);
  mx::eval(std::move(arrays));
  return made;
}

LoadedWeight fused(const LoadedWeight& weight, const AdapterWeight& change, bool dequantize, mx::Dtype dtype) {
  LoadedWeight made = weight;
  if (!weight.quantization || dequantize) {
    std::vector<mx::array> parts;
    for_parts(weight, change, [&](int start, int stop) {
      parts.push_back(changed_part(weight, change, start, stop, dtype));
      mx::eval(parts.back());
    });
    made = LoadedWeight{whole(std::move(parts))};
    made.bias = weight.bias;
    mx::eval(made.weight);
    return made;
  }
  QuantizedParts parts;
  for_parts(weight, change, [&](int start, int stop) {
    parts.add(changed_part(weight, change, start, stop, dtype), *weight.quantization, weight.global_factor.has_value());
  });
  made.weight = whole(std::move(parts.weights));
  made.scales = whole(std::move(parts.scales));
  if (!parts.biases.empty()) made.biases = whole(std::move(parts.biases));
  if (!parts.factors.empty()) made.global_factor = whole(std::move(parts.factors));
  std::vector<mx::array> arrays{made.weight, *made.scales};
  if (made.biases) arrays.push_back(*made.biases);
  if (made.global_factor) arrays.push_back(*made.global_factor);
  mx::eval(std::move(arrays));
  return made;
}

}  // namespace mlxengine
