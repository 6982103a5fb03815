#include "executor/rows.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

mx::array rows_of(const mx::array& x, const SequenceRows& rows) {
  if (rows.first == 0 && rows.count == x.shape(0)) return x;
  mx::Shape start(x.ndim(), 0);
  mx::Shape stop = x.shape();
  start[0] = rows.first;
  stop[0] = rows.first + rows.count;
  return mx::slice(x, start, stop);
}

mx::array to_heads_first(const mx::array& x) {
  return mx::expand_dims(mx::transpose(x, {1, 0, 2}), 0);
}

mx::array to_rows_first(const mx::array& x) {
  return mx::transpose(mx::squeeze(x, 0), {1, 0, 2});
}

mx::array joined(std::vector<mx::array> parts) {
  return parts.size() == 1 ? parts.front() : mx::concatenate(std::move(parts), 0);
}

}  // namespace mlxengine
