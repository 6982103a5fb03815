#pragma once

#include <mlx/array.h>

#include <optional>
#include <vector>

#include "executor/cache_format.h"
#include "executor/position_store.h"
#include "graph/states.h"

namespace mlxengine {

// How numbers are quantized in groups.
struct GroupQuantization {
  int group_size;
  int bits;
};

// Keys and values that some rows attend over.
struct KVView {
  PositionView entries;
  std::optional<GroupQuantization> quantization = std::nullopt;

  // Of a key or value either [slots, heads, L, D], or packed numbers, scales and biases.
  std::vector<mlx::core::array> keys() const;
  std::vector<mlx::core::array> values() const;
};

// Keys and values of one attention layer for all slots of a group.
class KVCache {
 public:
  KVCache(const KVState& state, const CacheFormat& format);

  // Keys and values [rows, heads, D] of the rows' next positions.
  void write(
      const GroupRows& rows, const mlx::core::array& keys, const mlx::core::array& values, int slots, StepMemo& memo);
  // After they were written.
  KVView view(const GroupRows& rows, StepMemo& memo) const { return {store_.view(rows, memo), quantization_}; }

  bool quantized() const { return quantization_.has_value(); }
  const std::optional<GroupQuantization>& quantization() const { return quantization_; }
  // As the format says.
  void quantize(const CacheFormat& format);
  void settle() { store_.settle(); }
  // After plain planes were put into its store.
  void requantize();

  // Of one slot.
  KVCache copy_of(int slot, int used) const;

  PositionStore& store() { return store_; }
  const PositionStore& store() const { return store_; }

 private:
  explicit KVCache(PositionStore store) : store_(std::move(store)) {}

  PositionStore store_;
  std::optional<GroupQuantization> quantization_;
};

// Latents and rotated keys of one latent attention as one vector a position, so that a step writes once.
class LatentCache {
 public:
  explicit LatentCache(const CacheFormat& format);

  // Vectors [rows, R + Dr] of the rows' next positions.
  void write(const GroupRows& rows, const mlx::core::array& entries, int slots, StepMemo& memo);
  PositionView view(const GroupRows& rows, StepMemo& memo) const { return store_.view(rows, memo); }

  LatentCache copy_of(int slot, int used) const { return LatentCache(store_.copy_of(slot, used)); }

  PositionStore& store() { return store_; }
  const PositionStore& store() const { return store_; }

 private:
  explicit LatentCache(PositionStore store) : store_(std::move(store)) {}

  PositionStore store_;
};

}  // namespace mlxengine
