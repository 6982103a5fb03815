#include "executor/kv_cache.h"

#include <mlx/ops.h>

#include <algorithm>

#include "executor/in_place.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr int capacity_step = 256;

mx::array first_positions(const mx::array& stored, int count) {
  if (count == stored.shape(2)) return stored;
  return mx::slice(stored, {0, 0, 0, 0}, {1, stored.shape(1), count, stored.shape(3)});
}

}  // namespace

void PositionBuffer::make_room(int position, const mx::array& update) {
  const int needed = position + update.shape(2);
  // Somebody else may read what would be overwritten.
  const bool is_mine = written_ && (written_.use_count() == 1 || *written_ == position);
  if (stored_ && is_mine && needed <= stored_->shape(2)) return;
  const int capacity = (needed + capacity_step - 1) / capacity_step * capacity_step;
  const auto before = stored_ && position > 0 ? std::optional(first_positions(*stored_, position)) : std::nullopt;
  auto room = mx::zeros({1, update.shape(1), capacity - position, update.shape(3)}, update.dtype());
  stored_ = before ? mx::concatenate({*before, room}, 2) : room;
  written_ = std::make_shared<int>(position);
}

void PositionBuffer::write(int position, const mx::array& update) {
  make_room(position, update);
  const int end = position + update.shape(2);
  const mx::Shape to{1, stored_->shape(1), end, stored_->shape(3)};
  stored_ = in_place(mx::slice_update(*stored_, update, {0, 0, position, 0}, to));
  *written_ = end;
}

mx::array PositionBuffer::first(int count) const {
  return first_positions(*stored_, count);
}

void PositionBuffer::collect(std::vector<mx::array>& arrays) const {
  if (stored_) arrays.push_back(*stored_);
}

LatentCache LatentCache::fork(int slot) const {
  LatentCache forked(0);
  forked.slots_.push_back(slots_[static_cast<size_t>(slot)]);
  return forked;
}

void LatentCache::drop(int slot) {
  std::swap(at(slot), slots_.back());
  slots_.pop_back();
}

void LatentCache::collect(std::vector<mx::array>& arrays) const {
  for (const PositionBuffer& buffer : slots_) buffer.collect(arrays);
}

void KVCache::write(int slot, int position, const mx::array& keys, const mx::array& values) {
  keys_.write(slot, position, keys);
  values_.write(slot, position, values);
}

void KVCache::join(const KVCache& other) {
  keys_.join(other.keys_);
  values_.join(other.values_);
}

KVCache KVCache::fork(int slot) const {
  KVCache forked(0);
  forked.keys_ = keys_.fork(slot);
  forked.values_ = values_.fork(slot);
  return forked;
}

void KVCache::drop(int slot) {
  keys_.drop(slot);
  values_.drop(slot);
}

void KVCache::collect(std::vector<mx::array>& arrays) const {
  keys_.collect(arrays);
  values_.collect(arrays);
}

}  // namespace mlxengine
