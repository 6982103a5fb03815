#pragma once

#include <mlx/array.h>

#include <optional>
#include <utility>
#include <vector>

namespace mlxengine {

// Keys and values of one attention layer for one sequence, [1, heads, capacity, D], of which the first `length`
// positions count. Capacity grows by 256 positions at a time, as in mlx-lm.
class KVCache {
 public:
  // Appends [1, heads, n, D] and returns all keys and values so far.
  std::pair<mlx::core::array, mlx::core::array> append(const mlx::core::array& keys, const mlx::core::array& values);

  // Forgets all positions from `length` on; what lies there is overwritten by the next append.
  void trim(int length);

  int length() const { return length_; }

  // Puts the arrays that hold the state into the list, to have them evaluated.
  void collect(std::vector<mlx::core::array>& arrays) const;

 private:
  std::optional<mlx::core::array> keys_;
  std::optional<mlx::core::array> values_;
  int length_ = 0;
};

}  // namespace mlxengine
