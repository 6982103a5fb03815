#include "executor/pool.h"

#include <mlx/ops.h>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// [n, H] to [1, H]
mx::array pooled(const mx::array& x, PoolMode mode) {
  const int count = x.shape(0);
  switch (mode) {
    case PoolMode::mean:
      // Thousands of 16 bit numbers do not add up in 16 bits.
      return mx::astype(mx::mean(mx::astype(x, mx::float32), 0, /* keepdims */ true), x.dtype());
    case PoolMode::max:
      return mx::max(x, 0, /* keepdims */ true);
    case PoolMode::first:
      return slice_of(x, 0, 0, 1);
    case PoolMode::last:
      break;
  }
  return slice_of(x, 0, count - 1, count);
}

}  // namespace

mx::array pool(const mx::array& x, PoolMode mode, const Step& step) {
  std::vector<mx::array> parts;
  for (const SlotRows& rows : slots_of(step)) parts.push_back(pooled(rows_of(x, rows), mode));
  return joined(std::move(parts));
}

}  // namespace mlxengine
