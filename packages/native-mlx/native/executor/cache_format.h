#pragma once

#include <optional>

namespace mlxengine {

// How the keys and values of a sequence are kept; mlx-lm's names are kv_bits, kv_group_size, quantized_kv_start and
// max_kv_size.
struct CacheFormat {
  std::optional<int> bits = std::nullopt;  // 4 or 8; none: as they are computed
  int group_size = 64;                     // 32, 64 or 128
  int quantized_start = 0;                 // the whole is converted once it holds so many positions
  // At most so many positions are kept: the first `keep` and the latest.
  std::optional<int> max_positions = std::nullopt;
  int keep = 4;

  bool operator==(const CacheFormat&) const = default;
};

}  // namespace mlxengine
