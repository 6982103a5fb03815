#pragma once

#include <mlx/array.h>

#include <optional>
#include <utility>
#include <vector>

namespace mlxengine {

// What one sequence keeps of each position, [1, heads, capacity, D], of which the first `length` positions count.
// Capacity grows by 256 positions at a time, as in mlx-lm.
class PositionBuffer {
 public:
  // Appends [1, heads, n, D].
  void append(const mlx::core::array& update);

  // All that counts. At least one position was appended.
  mlx::core::array all() const;

  // Forgets all positions from `length` on; what lies there is overwritten by the next append.
  void trim(int length);

  // Puts the array that holds it into the list, to have it evaluated.
  void collect(std::vector<mlx::core::array>& arrays) const;

 private:
  std::optional<mlx::core::array> stored_;
  int length_ = 0;
};

// Keys and values of one attention layer. Windows are left to masks: every position stays.
class KVCache {
 public:
  void append(const mlx::core::array& keys, const mlx::core::array& values);

  // All keys and values so far.
  std::pair<mlx::core::array, mlx::core::array> all() const { return {keys_.all(), values_.all()}; }

  void trim(int length);
  void collect(std::vector<mlx::core::array>& arrays) const;

 private:
  PositionBuffer keys_;
  PositionBuffer values_;
};

}  // namespace mlxengine
