#pragma once

#include <mlx/array.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace mlxengine {

// What one sequence keeps of each position, [1, heads, capacity, D]. Capacity grows by 256 positions at a time, as in
// mlx-lm. A copy shares the storage: positions that were written before stay what they are for both, and whoever
// cannot write after the last written one copies first.
class PositionBuffer {
 public:
  // Writes [1, heads, n, D] at `position`; all positions before it were written.
  void write(int position, const mlx::core::array& update);

  // The first `count` positions.
  mlx::core::array first(int count) const;

  // Puts the array that holds it into the list, to have it evaluated.
  void collect(std::vector<mlx::core::array>& arrays) const;

 private:
  void make_room(int position, const mlx::core::array& update);

  std::optional<mlx::core::array> stored_;
  std::shared_ptr<int> written_;  // of all that share the storage, the end of what is written
};

// A buffer for each slot of a group.
class LatentCache {
 public:
  explicit LatentCache(int slots) : slots_(static_cast<size_t>(slots)) {}

  void write(int slot, int position, const mlx::core::array& update) { at(slot).write(position, update); }
  mlx::core::array first(int slot, int count) const { return slots_[static_cast<size_t>(slot)].first(count); }

  void join(const LatentCache& other) { slots_.insert(slots_.end(), other.slots_.begin(), other.slots_.end()); }
  LatentCache fork(int slot) const;
  void drop(int slot);
  void collect(std::vector<mlx::core::array>& arrays) const;

 private:
  PositionBuffer& at(int slot) { return slots_[static_cast<size_t>(slot)]; }

  std::vector<PositionBuffer> slots_;
};

// Keys and values of one attention layer. Windows are left to masks: every position stays.
class KVCache {
 public:
  explicit KVCache(int slots) : keys_(slots), values_(slots) {}

  void write(int slot, int position, const mlx::core::array& keys, const mlx::core::array& values);

  // The first `count` keys and values.
  std::pair<mlx::core::array, mlx::core::array> first(int slot, int count) const {
    return {keys_.first(slot, count), values_.first(slot, count)};
  }

  void join(const KVCache& other);
  KVCache fork(int slot) const;
  void drop(int slot);
  void collect(std::vector<mlx::core::array>& arrays) const;

 private:
  LatentCache keys_;
  LatentCache values_;
};

}  // namespace mlxengine
