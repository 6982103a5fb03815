#include "executor/attention.h"

#include <mlx/fast.h>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

mx::array attention(const mx::array& queries,
                    const mx::array& keys,
                    const mx::array& values,
                    const AttentionOperation& operation,
                    const Step& step) {
  std::vector<mx::array> parts;
  for (const SequenceRows& rows : step.sequences) {
    KVCache& cache = rows.sequence->cache(operation.state);
    const auto [all_keys, all_values] =
        cache.append(to_heads_first(rows_of(keys, rows)), to_heads_first(rows_of(values, rows)));
    // A single query may see every key there is, so it needs no mask.
    const char* mask = rows.count > 1 ? "causal" : "";
    parts.push_back(to_rows_first(mx::fast::scaled_dot_product_attention(
        to_heads_first(rows_of(queries, rows)), all_keys, all_values, operation.scale, mask)));
  }
  return joined(std::move(parts));
}

}  // namespace mlxengine
