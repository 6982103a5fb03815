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

mx::array written(const mx::array& stored, const mx::array& update, int start) {
  const mx::Shape from{0, 0, start, 0};
  const mx::Shape to{1, stored.shape(1), start + update.shape(2), stored.shape(3)};
  return mx::slice_update(stored, update, from, to);
}

}  // namespace

std::pair<mx::array, mx::array> KVCache::append(const mx::array& keys, const mx::array& values) {
  const int count = keys.shape(2);
  keys_ = written(grown(keys_, keys, length_, count), keys, length_);
  values_ = written(grown(values_, values, length_, count), values, length_);
  length_ += count;
  return {first_positions(*keys_, length_), first_positions(*values_, length_)};
}

void KVCache::trim(int length) {
  length_ = std::min(length_, length);
}

void KVCache::collect(std::vector<mx::array>& arrays) const {
  if (keys_) arrays.push_back(*keys_);
  if (values_) arrays.push_back(*values_);
}

}  // namespace mlxengine
