#pragma once

#include <mlx/array.h>

#include <memory>
#include <optional>
#include <vector>

#include "executor/bound.h"

namespace mlxengine {

struct GroupRows;
class StepMemo;

// What some rows see of a store.
struct PositionView {
  std::vector<mlx::core::array> planes;  // [slots, heads, L, …] each
  // The position that stands at each index, [slots or 1, 1, L] int32, negative where there is none; none: the index
  // after `first`.
  std::optional<mlx::core::array> positions = std::nullopt;
  int first = 0;

  int length() const { return planes.front().shape(2); }
};

// Positions of one sequence and what is kept of them, [1, heads, n, width] each.
struct KeptPositions {
  std::vector<int> positions;  // ascending
  std::vector<mlx::core::array> planes;
};

// What the sequences of a group keep of each position, in storage [slots, heads, capacity, width] for each plane; keys
// and values are two planes, quantized ones six. Without a bound index and position are the same and the capacity grows
// with the longest sequence. New positions are written in place.
//
// A copy shares the storage. Positions that were written before stay what they are for both, and whoever cannot write
// after the last written one gets storage of its own first.
class PositionStore {
 public:
  explicit PositionStore(std::optional<Bound> bound = std::nullopt) : bound_(bound) {}

  bool empty() const { return planes_.empty(); }
  const std::optional<Bound>& bound() const { return bound_; }
  const std::vector<mlx::core::array>& planes() const { return planes_; }

  // Writes the rows' next positions, [rows, heads, width] for each plane, with storage for at least `slots` slots.
  void write(const GroupRows& rows, const std::vector<mlx::core::array>& updates, int slots, StepMemo& memo);

  // Storage for the rows' next positions, one of each slot and without a bound, for a kernel that writes them in place;
  // what the planes are afterwards goes to `wrote`. `like` are updates as for `write`, of which only shapes count.
  const std::vector<mlx::core::array>& claim(const GroupRows& rows,
                                             const std::vector<mlx::core::array>& like,
                                             int slots);
  void wrote(std::vector<mlx::core::array> planes) { planes_ = std::move(planes); }

  // What the rows see, their own positions included. After they were written in this step.
  PositionView view(const GroupRows& rows, StepMemo& memo) const;

  // Lets go of what views of this step needed besides the storage.
  void settle() { passing_.reset(); }

  void clear() {
    planes_.clear();
    written_.reset();
  }

  // Takes planes [1, heads, rows, width] that hold the first `end` positions at their indices.
  void restore(std::vector<mlx::core::array> planes, int end);

  // Other planes in place of these, of the same positions.
  void replace(std::vector<mlx::core::array> planes);

  // Takes the first `used` positions of the other's slot to a slot of its own, which has storage for `slots`.
  void take(const PositionStore& other, int other_slot, int slot, int used, int slots);
  // A store of its own with the first `used` positions of a slot.
  PositionStore copy_of(int slot, int used) const;
  // Moves the first `used` positions of a slot to another.
  void move(int from, int to, int used);
  // All of a slot's first `length` positions that later ones may see, in order.
  KeptPositions kept(int slot, int length) const;
  // Storage for just so many slots.
  void resize(int slots);

 private:
  int slots() const { return planes_.front().shape(0); }
  int capacity() const { return planes_.front().shape(2); }
  int index_of(int position) const { return bound_ ? bound_->index_of(position) : position; }

  void make_room(const std::vector<mlx::core::array>& updates, int needed, int slots);
  void write_row(int start, const std::vector<mlx::core::array>& updates);
  void write_rows(const GroupRows& rows, const std::vector<mlx::core::array>& updates, StepMemo& memo);
  void write_around(int start, const std::vector<mlx::core::array>& updates);
  void own_storage();
  void part_with(std::vector<mlx::core::array> planes);
  PositionView view_of_row(int end, const GroupRows& rows, StepMemo& memo) const;

  std::optional<Bound> bound_;
  std::vector<mlx::core::array> planes_;
  std::shared_ptr<int> written_;  // of all that share the storage, the end of what is written in its only slot
  std::optional<PositionView> passing_;
};

}  // namespace mlxengine
