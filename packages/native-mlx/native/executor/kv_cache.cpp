#include "executor/kv_cache.h"

#include <mlx/ops.h>

#include <algorithm>

namespace mx = mlx::core;

namespace mlxengine {

namespace {

std::optional<Bound> limit_of(const std::optional<int>& window, const CacheFormat& format) {
  // A window within the limit bounds the cache by itself.
  if (window && (!format.max_positions || *window <= *format.max_positions)) return bound_of(*window, 0);
  if (!format.max_positions) return std::nullopt;
  return bound_of(*format.max_positions - format.keep, format.keep);
}

std::vector<mx::array> quantized(const std::vector<mx::array>& arrays, const GroupQuantization& quantization) {
  std::vector<mx::array> planes;
  for (const mx::array& array : arrays) {
    const auto parts = mx::quantize(array, quantization.group_size, quantization.bits);
    planes.insert(planes.end(), parts.begin(), parts.end());
  }
  return planes;
}

}  // namespace

std::vector<mx::array> KVView::keys() const {
  const auto& planes = entries.planes;
  return {planes.begin(), planes.begin() + static_cast<std::ptrdiff_t>(planes.size() / 2)};
}

std::vector<mx::array> KVView::values() const {
  const auto& planes = entries.planes;
  return {planes.begin() + static_cast<std::ptrdiff_t>(planes.size() / 2), planes.end()};
}

KVCache::KVCache(const KVState& state, const CacheFormat& format) : store_(limit_of(state.window, format)) {}

void KVCache::write(const GroupRows& rows, const mx::array& keys, const mx::array& values, int slots, StepMemo& memo) {
  const std::vector<mx::array> updates{keys, values};
  store_.write(rows, quantization_ ? mlxengine::quantized(updates, *quantization_) : updates, slots, memo);
}

void KVCache::quantize(const CacheFormat& format) {
  if (quantization_ || !format.bits) return;
  quantization_ = GroupQuantization{format.group_size, *format.bits};
  requantize();
}

void KVCache::requantize() {
  if (quantization_ && !store_.empty()) store_.replace(mlxengine::quantized(store_.planes(), *quantization_));
}

KVCache KVCache::copy_of(int slot, int used) const {
  KVCache copy(store_.copy_of(slot, used));
  copy.quantization_ = quantization_;
  return copy;
}

LatentCache::LatentCache(const CacheFormat& format) : store_(limit_of(std::nullopt, format)) {}

void LatentCache::write(const GroupRows& rows, const mx::array& entries, int slots, StepMemo& memo) {
  store_.write(rows, {mx::expand_dims(entries, 1)}, slots, memo);
}

}  // namespace mlxengine
