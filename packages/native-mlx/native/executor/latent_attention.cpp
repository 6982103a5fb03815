#include "executor/latent_attention.h"

#include <mlx/fast.h>
#include <mlx/ops.h>

#include "executor/rows.h"
#include "executor/weight_operations.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

struct Sizes {
  int rank;
  int query;  // Dn
  int rotated;
  int value;

  // Multiplications a head and key of each form, made even: the expanded one pays for the matrices once a key.
  bool absorbs(int query_count) const {
    const int64_t more_a_query = 2 * int64_t{rank} - query - value;
    return query_count * more_a_query <= int64_t{rank} * (query + value);
  }
};

// [1, heads, n, Dv]
mx::array attend(const mx::array& queries,
                 const mx::array& rotated_queries,
                 const mx::array& entries,
                 const LoadedWeight& key_weight,
                 const LoadedWeight& value_weight,
                 float scale,
                 const Sizes& sizes) {
  const int query_count = queries.shape(2);
  const char* mask = query_count > 1 ? "causal" : "";
  const auto latents = slice_of(entries, 3, 0, sizes.rank);
  if (sizes.absorbs(query_count)) {
    const auto moved = mx::concatenate({stack_product(queries, key_weight, true), rotated_queries}, -1);
    const auto sums = mx::fast::scaled_dot_product_attention(moved, entries, latents, scale, mask);
    return stack_product(sums, value_weight, true);
  }
  mx::Shape shape = queries.shape();
  shape[2] = entries.shape(2);
  shape[3] = sizes.rotated;
  const auto rotated_keys = mx::broadcast_to(slice_of(entries, 3, sizes.rank, sizes.rank + sizes.rotated), shape);
  const auto keys = mx::concatenate({stack_product(latents, key_weight, false), rotated_keys}, -1);
  const auto values = stack_product(latents, value_weight, true);
  const auto all_queries = mx::concatenate({queries, rotated_queries}, -1);
  return mx::fast::scaled_dot_product_attention(all_queries, keys, values, scale, mask);
}

}  // namespace

mx::array latent_attention(const LatentInputs& inputs,
                           const LoadedWeight& key_weight,
                           const LoadedWeight& value_weight,
                           const LatentAttentionOperation& operation,
                           const Step& step) {
  const Sizes sizes{
      inputs.latents.shape(1), inputs.queries.shape(2), inputs.rotated_keys.shape(1), value_weight.weight.shape(1)};
  const auto entries = mx::concatenate({inputs.latents, inputs.rotated_keys}, -1);
  std::vector<mx::array> parts;
  for (const SlotRows& rows : slots_of(step)) {
    LatentCache& cache = rows.group->latent(operation.state);
    cache.write(rows.slot, rows.position(), mx::expand_dims(rows_of(entries, rows), {0, 1}));
    parts.push_back(to_rows_first(attend(to_heads_first(rows_of(inputs.queries, rows)),
                                         to_heads_first(rows_of(inputs.rotated_queries, rows)),
                                         cache.first(rows.slot, rows.position() + rows.count),
                                         key_weight,
                                         value_weight,
                                         operation.scale,
                                         sizes)));
  }
  return joined(std::move(parts));
}

}  // namespace mlxengine
