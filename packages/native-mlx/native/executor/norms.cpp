#include "executor/norms.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

mx::array l2_norm(const mx::array& x, float epsilon) {
  // Squares of half precision leave its range early.
  const auto wide = mx::astype(x, mx::float32);
  const auto length = mx::sqrt(mx::sum(mx::square(wide), -1, true));
  return mx::astype(mx::divide(wide, mx::maximum(length, mx::array(epsilon))), x.dtype());
}

mx::array reduce(const mx::array& x, ReduceFunction function) {
  switch (function) {
    case ReduceFunction::sum:
      return mx::sum(x, -1, true);
    case ReduceFunction::mean:
      return mx::mean(x, -1, true);
    case ReduceFunction::max:
      return mx::max(x, -1, true);
    case ReduceFunction::deviation:
      break;
  }
  return mx::std(x, -1, true);
}

}  // namespace mlxengine
