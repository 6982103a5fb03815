#include "executor/pool.h"

#include <mlx/ops.h>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// [slots, n, H] to [slots, H]
mx::array pooled(const mx::array& x, PoolMode mode) {
  const int count = x.shape(1);
  const auto token = [&](int at) { return mx::squeeze(slice_of(x, 1, at, at + 1), 1); };
  switch (mode) {
    case PoolMode::mean:
      // Thousands of 16 bit numbers do not add up in 16 bits.
      return mx::astype(mx::mean(mx::astype(x, mx::float32), 1), x.dtype());
    case PoolMode::max:
      return mx::max(x, 1);
    case PoolMode::first:
      return token(0);
    case PoolMode::last:
      break;
  }
  return token(count - 1);
}

}  // namespace

mx::array pool(const mx::array& x, PoolMode mode, const Step& step) {
  std::vector<mx::array> parts;
  for (const GroupRows& rows : step.groups)
    parts.push_back(pooled(mx::unflatten(rows_of(x, rows), 0, {rows.slots(), rows.count}), mode));
  return joined(std::move(parts));
}

}  // namespace mlxengine
