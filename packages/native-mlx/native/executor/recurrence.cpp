#include "executor/recurrence.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

mx::array to_float32(const mx::array& x) {
  return mx::astype(x, mx::float32);
}

mx::array state_or_zeros(const RecurrentState& state, int slot, const mx::Shape& shape) {
  return state.at(slot).value_or(mx::zeros(shape, mx::float32));
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
