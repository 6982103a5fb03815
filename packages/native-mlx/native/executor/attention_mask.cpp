#include "executor/attention_mask.h"

#include <mlx/ops.h>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Finite, because kernels that go through the keys in blocks make NaN of a block that is infinitely far away.
float hidden(mx::Dtype dtype) {
  return dtype == mx::float16 ? -3e4F : -1e9F;
}

mx::array allowed(const GroupRows& rows, const PositionView& view, const Sight& sight, const mx::array& starts) {
  const auto queries = mx::add(mx::reshape(starts, {rows.slots(), 1, 1}),
                               mx::reshape(mx::arange(0, rows.count, mx::int32), {1, rows.count, 1}));
  const auto keys = view.positions
                        ? *view.positions
                        : mx::reshape(mx::arange(view.first, view.first + view.length(), mx::int32), {1, 1, -1});
  const auto distance = mx::subtract(queries, keys);
  const auto last = mx::add(mx::reshape(starts, {rows.slots(), 1, 1}), mx::array(rows.count - 1));
  auto seen = sight.causal ? mx::greater_equal(distance, mx::array(0)) : mx::less_equal(keys, last);
  if (view.positions) seen = mx::logical_and(seen, mx::greater_equal(keys, mx::array(0)));
  if (sight.window) seen = mx::logical_and(seen, mx::less(mx::abs(distance), mx::array(*sight.window)));
  if (sight.bound) {
    const auto near = mx::less(distance, mx::array(sight.bound->window));
    seen = mx::logical_and(seen, mx::logical_or(near, mx::less(keys, mx::array(sight.bound->keep))));
  }
  return seen;
}

}  // namespace

bool Sight::is_unbound(int count) const {
  if (!bound || count <= bound->keep + bound->window) return true;
  return bound->keep == 0 && window && *window <= bound->window;
}

mx::array mask_of(
    const GroupRows& rows, const PositionView& view, const Sight& sight, mx::Dtype dtype, StepMemo& memo) {
  const Bound bound = sight.bound.value_or(Bound{0, 0, 0});
  const bool is_around = view.positions.has_value();
  const auto key = memo_key(StepMemo::Kind::mask,
                            rows,
                            {view.length(),
                             is_around ? 1 : 2 + int64_t{view.first},
                             bound.window,
                             bound.keep,
                             bound.ring,
                             sight.window.value_or(0),
                             sight.causal ? 1 : 0,
                             static_cast<int64_t>(dtype.val())});
  return memo.get(key, [&] {
    const auto seen = allowed(rows, view, sight, starts_of(rows, memo));
    const auto mask = mx::where(seen, mx::array(0.0F, dtype), mx::array(hidden(dtype), dtype));
    return mx::expand_dims(mask, 1);
  });
}

}  // namespace mlxengine
