#include "executor/rows.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

mx::array rows_of(const mx::array& x, const GroupRows& rows) {
  return slice_of(x, 0, rows.first, rows.first + rows.rows());
}

mx::array rows_of(const mx::array& x, const SlotRows& rows) {
  return slice_of(x, 0, rows.first, rows.first + rows.count);
}

mx::array slice_of(const mx::array& x, int axis, int start, int stop) {
  if (start == 0 && stop == x.shape(axis)) return x;
  mx::Shape from(x.ndim(), 0);
  mx::Shape to = x.shape();
  from[static_cast<size_t>(axis)] = start;
  to[static_cast<size_t>(axis)] = stop;
  return mx::slice(x, std::move(from), std::move(to));
}

mx::array to_heads_first(const mx::array& x) {
  return mx::expand_dims(mx::transpose(x, {1, 0, 2}), 0);
}

mx::array to_rows_first(const mx::array& x) {
  return mx::transpose(mx::squeeze(x, 0), {1, 0, 2});
}

mx::array to_slots(const mx::array& x, int slots) {
  if (slots == 1) return to_heads_first(x);
  const int count = x.shape(0) / slots;
  if (count == 1) return mx::expand_dims(x, 2);
  return mx::transpose(mx::reshape(x, {slots, count, x.shape(1), x.shape(2)}), {0, 2, 1, 3});
}

mx::array from_slots(const mx::array& x) {
  if (x.shape(0) == 1) return to_rows_first(x);
  if (x.shape(2) == 1) return mx::squeeze(x, 2);
  return mx::reshape(mx::transpose(x, {0, 2, 1, 3}), {x.shape(0) * x.shape(2), x.shape(1), x.shape(3)});
}

mx::array joined(std::vector<mx::array> parts) {
  return parts.size() == 1 ? parts.front() : mx::concatenate(std::move(parts), 0);
}

}  // namespace mlxengine
