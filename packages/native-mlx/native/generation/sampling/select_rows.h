#pragma once

#include <mlx/array.h>
#include <mlx/ops.h>

#include <vector>

namespace mlxengine {

// Some rows of an array, in order; the array itself where they are all.
inline mlx::core::array select_rows(const mlx::core::array& array, const std::vector<int>& rows) {
  const int count = static_cast<int>(rows.size());
  if (count == array.shape(0)) return array;
  return mlx::core::take(array, mlx::core::array(rows.begin(), {count}, mlx::core::int32), 0);
}

}  // namespace mlxengine
