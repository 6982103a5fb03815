#include "executor/position_store.h"

#include <mlx/device.h>
#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>
#include <numeric>

#include "executor/in_place.h"
#include "executor/rows.h"
#include "executor/step.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr int capacity_step = 256;
// An end of which nothing is known: whoever shares the storage copies it.
constexpr int unknown = -1;

int rounded_up(int count, int step) {
  return (count + step - 1) / step * step;
}

// Positions from `start` to before `stop` of one slot.
mx::array part_of(const mx::array& plane, int slot, int start, int stop) {
  return slice_of(slice_of(plane, 0, slot, slot + 1), 2, start, stop);
}

mx::array put(const mx::array& plane, const mx::array& update, int slot, int start) {
  const mx::Shape from{slot, 0, start, 0};
  const mx::Shape to{slot + update.shape(0), plane.shape(1), start + update.shape(2), plane.shape(3)};
  return mx::slice_update(plane, update, from, to);
}

// In a buffer of its own, which mx::contiguous does not promise: it shares one that is not much larger.
mx::array copied(const mx::array& plane) {
  const int half = plane.shape(2) / 2;
  return mx::concatenate({slice_of(plane, 2, 0, half), slice_of(plane, 2, half, plane.shape(2))}, 2);
}

mx::array index_array(const std::vector<int>& indices) {
  return mx::array(indices.begin(), {static_cast<int>(indices.size())}, mx::int32);
}

// [tokens, heads, width] of one row to [1, heads, tokens, width].
std::vector<mx::array> heads_first(const std::vector<mx::array>& updates) {
  std::vector<mx::array> all;
  for (const mx::array& update : updates) all.push_back(to_heads_first(update));
  return all;
}

int first_position(const GroupRows& rows) {
  return rows.group->length(0) + rows.ahead;
}

int longest_end(const GroupRows& rows) {
  int longest = 0;
  for (const SlotRows& slot : slots_of(rows)) longest = std::max(longest, slot.position() + slot.count);
  return longest;
}

}  // namespace

void PositionStore::make_room(const std::vector<mx::array>& updates, int needed, int slots) {
  const int limit = bound_ ? bound_->capacity() : needed + capacity_step;
  if (planes_.empty()) {
    const int capacity = std::min(rounded_up(needed, capacity_step), limit);
    for (const mx::array& update : updates)
      planes_.push_back(mx::zeros({slots, update.shape(1), capacity, update.shape(2)}, update.dtype()));
    written_ = std::make_shared<int>(0);
    return;
  }
  if (this->slots() < slots) resize(slots);
  const int before = capacity();
  if (needed <= before) return;
  const int capacity = std::min(rounded_up(needed, capacity_step), limit);
  std::vector<mx::array> grown;
  for (const mx::array& plane : planes_) {
    const auto room = mx::zeros({plane.shape(0), plane.shape(1), capacity - before, plane.shape(3)}, plane.dtype());
    grown.push_back(mx::concatenate({plane, room}, 2));
  }
  part_with(std::move(grown));
}

// Made at once: as soon as it is alone with the former storage the other one may overwrite what this is a copy of.
void PositionStore::part_with(std::vector<mx::array> planes) {
  const bool is_shared = written_.use_count() > 1;
  planes_ = std::move(planes);
  written_ = std::make_shared<int>(*written_);
  if (is_shared) mx::async_eval(planes_);
}

void PositionStore::own_storage() {
  if (planes_.empty() || written_.use_count() == 1) return;
  std::vector<mx::array> copies;
  for (const mx::array& plane : planes_) copies.push_back(copied(plane));
  part_with(std::move(copies));
}

void PositionStore::write_row(int start, const std::vector<mx::array>& updates) {
  const int count = updates.front().shape(2);
  const bool overwrites = bound_ && start + count > bound_->capacity();
  if (*written_ != start || overwrites) own_storage();
  *written_ = start + count;
  for (int done = 0; done < count;) {
    const int index = index_of(start + done);
    const int run = std::min(count - done, capacity() - index);
    for (size_t i = 0; i < planes_.size(); i++)
      planes_[i] = in_place(put(planes_[i], slice_of(updates[i], 2, done, done + run), 0, index));
    done += run;
  }
}

void PositionStore::write_rows(const GroupRows& rows, const std::vector<mx::array>& updates, StepMemo& memo) {
  *written_ = unknown;
  const int slots = rows.slots();
  const auto slot_numbers = memo.get(memo_key(StepMemo::Kind::slots, rows),
                                     [&] { return mx::reshape(mx::arange(0, slots, mx::int32), {slots, 1}); });
  const int keep = bound_ ? bound_->keep : 0;
  const int ring = bound_ ? bound_->ring : 0;
  const auto indices = memo.get(memo_key(StepMemo::Kind::indices, rows, {keep, ring}), [&] {
    std::vector<int> all;
    for (const SlotRows& slot : slots_of(rows)) {
      for (int i = 0; i < rows.count; i++) all.push_back(index_of(slot.position() + i));
    }
    return mx::array(all.begin(), {slots, rows.count}, mx::int32);
  });
  for (size_t i = 0; i < planes_.size(); i++) {
    const mx::array& update = updates[i];
    const auto shaped = mx::reshape(update, {slots, rows.count, 1, update.shape(1), 1, update.shape(2)});
    planes_[i] = in_place(mx::scatter(planes_[i], {slot_numbers, indices}, shaped, {0, 2}));
  }
}

KeptPositions PositionStore::kept(int slot, int length) const {
  KeptPositions kept;
  if (length == 0 || planes_.empty()) return kept;
  if (!bound_) {
    kept.positions.resize(static_cast<size_t>(length));
    std::iota(kept.positions.begin(), kept.positions.end(), 0);
    for (const mx::array& plane : planes_) kept.planes.push_back(part_of(plane, slot, 0, length));
    return kept;
  }
  const int first = std::min(bound_->keep, length);
  for (int p = 0; p < first; p++) kept.positions.push_back(p);
  for (int p = std::max(first, length - bound_->window + 1); p < length; p++) kept.positions.push_back(p);
  std::vector<int> indices;
  for (const int position : kept.positions) indices.push_back(index_of(position));
  for (const mx::array& plane : planes_)
    kept.planes.push_back(mx::take(slice_of(plane, 0, slot, slot + 1), index_array(indices), 2));
  return kept;
}

// More new positions than the ring can take without losing what the first of them see: those see the old ring's
// content with the new positions behind it, and the ring is made anew.
void PositionStore::write_around(int start, const std::vector<mx::array>& updates) {
  const int count = updates.front().shape(2);
  const int end = start + count;
  own_storage();
  auto [positions, before] = kept(0, start);
  PositionView view{std::move(before)};
  for (size_t i = 0; i < updates.size(); i++) {
    if (start == 0) {
      view.planes.push_back(updates[i]);
    } else {
      view.planes[i] = mx::concatenate({view.planes[i], updates[i]}, 2);
    }
  }
  for (int p = start; p < end; p++) positions.push_back(p);
  view.first = positions.front();
  const bool is_continuous = positions.back() - positions.front() + 1 == static_cast<int>(positions.size());
  if (!is_continuous) view.positions = mx::reshape(index_array(positions), {1, 1, -1});
  // Which of them stands at each index of the ring; what is lost leaves anything.
  std::vector<int> sources(static_cast<size_t>(bound_->capacity()), 0);
  for (size_t i = 0; i < positions.size(); i++) {
    const int position = positions[i];
    if (position < bound_->keep || position >= end - bound_->ring)
      sources[static_cast<size_t>(index_of(position))] = static_cast<int>(i);
  }
  planes_.clear();
  for (const mx::array& plane : view.planes) planes_.push_back(mx::take(plane, index_array(sources), 2));
  written_ = std::make_shared<int>(end);
  passing_ = std::move(view);
}

void PositionStore::write(const GroupRows& rows, const std::vector<mx::array>& updates, int slots, StepMemo& memo) {
  passing_.reset();
  const int end = longest_end(rows);
  const bool is_row = rows.slots() == 1;
  const bool is_round = bound_ && end > bound_->capacity();
  if (is_row && is_round && rows.count > bound_->slack() && slots == 1) {
    write_around(first_position(rows), heads_first(updates));
    return;
  }
  make_room(updates, is_round ? bound_->capacity() : end, slots);
  if (is_row) {
    write_row(first_position(rows), heads_first(updates));
  } else {
    write_rows(rows, updates, memo);
  }
}

const std::vector<mx::array>& PositionStore::claim(const GroupRows& rows,
                                                   const std::vector<mx::array>& like,
                                                   int slots) {
  passing_.reset();
  make_room(like, longest_end(rows), slots);
  if (rows.slots() > 1) {
    *written_ = unknown;
    return planes_;
  }
  const int start = slots_of(rows).front().position();
  if (*written_ != start) own_storage();
  *written_ = start + 1;
  return planes_;
}

PositionView PositionStore::view_of_row(int end, const GroupRows& rows, StepMemo& memo) const {
  PositionView view;
  const bool is_round = bound_ && end > bound_->capacity();
  const int length = is_round ? capacity() : end;
  for (const mx::array& plane : planes_) view.planes.push_back(part_of(plane, 0, 0, length));
  if (is_round) {
    view.positions = memo.get(memo_key(StepMemo::Kind::positions, rows, {bound_->keep, bound_->ring, length}), [&] {
      std::vector<int> positions(static_cast<size_t>(length), -1);
      for (int p = 0; p < bound_->keep; p++) positions[static_cast<size_t>(p)] = p;
      for (int p = std::max(bound_->keep, end - bound_->ring); p < end; p++)
        positions[static_cast<size_t>(index_of(p))] = p;
      return mx::reshape(index_array(positions), {1, 1, length});
    });
  }
  return view;
}

PositionView PositionStore::view(const GroupRows& rows, StepMemo& memo) const {
  if (passing_) return *passing_;
  const int slots = rows.slots();
  const int end = longest_end(rows);
  if (slots == 1) return view_of_row(end, rows, memo);
  const bool is_round = bound_ && end > bound_->capacity();
  // MLX's GPU kernels are chosen and cached by shape.
  const int step = mx::default_device() == mx::Device::cpu ? 1 : capacity_step;
  const int length = is_round ? capacity() : std::min(rounded_up(end, step), capacity());
  PositionView view;
  for (const mx::array& plane : planes_) view.planes.push_back(slice_of(slice_of(plane, 0, 0, slots), 2, 0, length));
  if (!is_round) return view;
  view.positions = memo.get(memo_key(StepMemo::Kind::positions, rows, {bound_->keep, bound_->ring, length}), [&] {
    std::vector<int> lasts;
    for (const SlotRows& slot : slots_of(rows)) lasts.push_back(slot.position() + slot.count - 1);
    const auto last = mx::array(lasts.begin(), {slots, 1, 1}, mx::int32);
    const auto index = mx::arange(0, length, mx::int32);
    const auto keep = mx::array(bound_->keep);
    const auto back = mx::remainder(mx::subtract(last, index), mx::array(bound_->ring));
    const auto latest = mx::subtract(last, back);
    const auto in_ring = mx::where(mx::greater_equal(latest, keep), latest, mx::array(-1));
    return mx::where(mx::less(index, keep), index, in_ring);
  });
  return view;
}

void PositionStore::restore(std::vector<mx::array> planes, int end) {
  planes_ = std::move(planes);
  written_ = std::make_shared<int>(end);
}

void PositionStore::replace(std::vector<mx::array> planes) {
  part_with(std::move(planes));
}

void PositionStore::resize(int slots) {
  if (planes_.empty() || slots == this->slots()) return;
  const int before = this->slots();
  std::vector<mx::array> planes;
  for (const mx::array& plane : planes_) {
    mx::Shape shape = plane.shape();
    shape[0] = std::max(0, slots - before);
    planes.push_back(slots < before ? copied(slice_of(plane, 0, 0, slots))
                                    : mx::concatenate({plane, mx::zeros(shape, plane.dtype())}, 0));
  }
  part_with(std::move(planes));
}

void PositionStore::take(const PositionStore& other, int other_slot, int slot, int used, int slots) {
  if (other.empty() || used == 0) {
    resize(slots);
    return;
  }
  const int kept = std::min(used, other.capacity());
  if (planes_.empty()) {
    for (const mx::array& plane : other.planes_)
      planes_.push_back(mx::zeros({slots, plane.shape(1), other.capacity(), plane.shape(3)}, plane.dtype()));
    written_ = std::make_shared<int>(0);
  }
  std::vector<mx::array> updates;
  for (const mx::array& plane : other.planes_) updates.push_back(to_rows_first(part_of(plane, other_slot, 0, kept)));
  make_room(updates, kept, slots);
  for (size_t i = 0; i < planes_.size(); i++)
    planes_[i] = in_place(put(planes_[i], part_of(other.planes_[i], other_slot, 0, kept), slot, 0));
  // Whoever shares the other's storage may overwrite it as soon as it is alone with it.
  if (other.written_.use_count() > 1) mx::async_eval(planes_);
}

PositionStore PositionStore::copy_of(int slot, int used) const {
  if (planes_.empty()) return PositionStore(bound_);
  if (slots() == 1) {
    PositionStore copy = *this;
    copy.passing_.reset();
    return copy;
  }
  PositionStore copy(bound_);
  const int limit = bound_ ? std::min(bound_->capacity(), capacity()) : capacity();
  const int length = std::min(rounded_up(std::max(used, 1), capacity_step), limit);
  for (const mx::array& plane : planes_) copy.planes_.push_back(copied(part_of(plane, slot, 0, length)));
  // Before anything overwrites the slot.
  mx::async_eval(copy.planes_);
  copy.written_ = std::make_shared<int>(used);
  return copy;
}

void PositionStore::move(int from, int to, int used) {
  if (planes_.empty() || from == to) return;
  const int kept = std::min(used, capacity());
  if (kept == 0) return;
  for (mx::array& plane : planes_) plane = in_place(put(plane, part_of(plane, from, 0, kept), to, 0));
}

}  // namespace mlxengine
