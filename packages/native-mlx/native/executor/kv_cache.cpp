#include "executor/kv_cache.h"

#include <mlx/ops.h>

#include <algorithm>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr int capacity_step = 256;

mx::array first_positions(const mx::array& stored, int count) {
  if (count == stored.shape(2)) return stored;
  return mx::slice(stored, {0, 0, 0, 0}, {1, stored.shape(1), count, stored.shape(3)});
}

// Makes room for `count` positions after the first `length`.
mx::array grown(const std::optional<mx::array>& stored, const mx::array& like, int length, int count) {
  const int needed = length + count;
  if (stored && needed <= stored->shape(2)) return *stored;
  const int steps = (count + capacity_step - 1) / capacity_step;
  auto room = mx::zeros({1, like.shape(1), steps * capacity_step, like.shape(3)}, like.dtype());
  if (!stored || length == 0) return room;
  return mx::concatenate({first_positions(*stored, length), room}, 2);
}

}  // namespace

void PositionBuffer::append(const mx::array& update) {
  const int count = update.shape(2);
  const auto room = grown(stored_, update, length_, count);
  const mx::Shape from{0, 0, length_, 0};
  const mx::Shape to{1, room.shape(1), length_ + count, room.shape(3)};
  stored_ = mx::slice_update(room, update, from, to);
  length_ += count;
}

mx::array PositionBuffer::all() const {
  return first_positions(*stored_, length_);
}

void PositionBuffer::trim(int length) {
  length_ = std::min(length_, length);
}

void PositionBuffer::collect(std::vector<mx::array>& arrays) const {
  if (stored_) arrays.push_back(*stored_);
}

void KVCache::append(const mx::array& keys, const mx::array& values) {
  keys_.append(keys);
  values_.append(values);
}

void KVCache::trim(int length) {
  keys_.trim(length);
  values_.trim(length);
}

void KVCache::collect(std::vector<mx::array>& arrays) const {
  keys_.collect(arrays);
  values_.collect(arrays);
}

}  // namespace mlxengine
