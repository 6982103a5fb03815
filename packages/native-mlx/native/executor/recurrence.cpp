#include "executor/recurrence.h"

#include <mlx/compile.h>
#include <mlx/ops.h>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// [outer · inner, …] to [inner · outer, …].
mx::array exchanged(const mx::array& x, int outer) {
  const int inner = x.shape(0) / outer;
  if (outer == 1 || inner == 1) return x;
  return mx::flatten(mx::swapaxes(mx::unflatten(x, 0, {outer, inner}), 0, 1), 0, 1);
}

}  // namespace

mx::array to_float32(const mx::array& x) {
  return mx::astype(x, mx::float32);
}

mx::array by_token(const mx::array& x, int slots) {
  return exchanged(x, slots);
}

mx::array by_slot(const mx::array& x, int slots) {
  return exchanged(x, x.shape(0) / slots);
}

mx::array lanes_of(const mx::array& x, int slots) {
  mx::Shape shape{x.shape(0) / slots, x.shape(1) * slots};
  shape.insert(shape.end(), x.shape().begin() + 2, x.shape().end());
  return mx::reshape(x, std::move(shape));
}

mx::array token_of(const mx::array& x, int at, int slots) {
  return slice_of(x, 0, at * slots, (at + 1) * slots);
}

bool is_fusing() {
  return mx::default_device() != mx::Device::cpu;
}

std::vector<mx::array> fused(TokenWork work, const std::vector<mx::array>& inputs) {
  return is_fusing() ? mx::compile(work)(inputs) : work(inputs);
}

mx::array spread_heads(const mx::array& x, int axis, int count) {
  return x.shape(axis) == count ? x : mx::repeat(x, count / x.shape(axis), axis);
}

mx::array decay_between(const mx::array& factors) {
  const int count = factors.shape(-1);
  mx::Shape shape = factors.shape();
  shape.push_back(count);
  const auto columns = mx::broadcast_to(mx::expand_dims(factors, -1), shape);
  const auto below = mx::tri(count, count, -1, mx::bool_);
  const auto products = mx::cumprod(mx::where(below, columns, mx::array(1.0F)), -2);
  return mx::tril(products);
}

}  // namespace mlxengine
