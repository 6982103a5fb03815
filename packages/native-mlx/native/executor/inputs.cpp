#include "executor/inputs.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

mx::array offset_positions(const mx::array& positions, int offset) {
  return offset == 0 ? positions : mx::add(positions, mx::array(offset));
}

mx::array token_types(const Step& step) {
  return step.token_types ? *step.token_types : mx::zeros(step.tokens.shape(), mx::int32);
}

mx::array limited(const mx::array& ids, int limit) {
  return mx::where(mx::less(ids, mx::array(limit, ids.dtype())), ids, mx::array(0, ids.dtype()));
}

mx::array select_rows(const mx::array& x, const std::vector<int>& rows) {
  const auto count = static_cast<int>(rows.size());
  return count == x.shape(0) ? x : mx::take(x, mx::array(rows.begin(), {count}, mx::int32), 0);
}

mx::array position_scale(const mx::array& x, const mx::array& positions, const PositionScaleOperation& operation) {
  const auto spans = mx::floor_divide(positions, mx::array(operation.length));
  const auto growth = mx::log1p(mx::astype(spans, mx::float32));
  const auto factors = mx::add(mx::multiply(growth, mx::array(operation.beta)), mx::array(1.0F));
  mx::Shape shape(x.ndim(), 1);
  shape[0] = x.shape(0);
  return mx::multiply(x, mx::astype(mx::reshape(factors, std::move(shape)), x.dtype()));
}

}  // namespace mlxengine
