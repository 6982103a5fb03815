#include "executor/latent_attention.h"

#include <mlx/fast.h>
#include <mlx/ops.h>

#include "executor/attention_mask.h"
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

// What the rows of one group attend with, heads first: all their tokens as those of one sequence, [1, heads, n, D].
struct Operands {
  mx::array queries;
  mx::array rotated_queries;
  mx::array entries;              // [slots, 1, L, R + Dr]
  std::optional<mx::array> mask;  // [slots, 1, n, L]; none: causal
};

mx::array attend(
    const Operands& operands, const mx::array& queries, const mx::array& keys, const mx::array& values, float scale) {
  const char* causal = queries.shape(2) > 1 ? "causal" : "";
  return mx::fast::scaled_dot_product_attention(
      queries, keys, values, scale, operands.mask ? "array" : causal, operands.mask);
}

// All heads share the latents, so that the heads of a slot's only token are as many queries of one head.
mx::array attend_to_latents(const Operands& operands, const mx::array& moved, float scale, const Sizes& sizes) {
  const int slots = operands.entries.shape(0);
  const auto latents = slice_of(operands.entries, 3, 0, sizes.rank);
  if (slots == 1) return attend(operands, moved, operands.entries, latents, scale);
  const auto queries = to_slots(to_rows_first(moved), slots);
  if (queries.shape(2) > 1)
    return to_heads_first(from_slots(attend(operands, queries, operands.entries, latents, scale)));
  const auto sums = attend(operands, mx::swapaxes(queries, 1, 2), operands.entries, latents, scale);
  return to_heads_first(mx::squeeze(sums, 1));
}

// [1, heads, n, Dv]
mx::array attend(const Operands& operands,
                 const LoadedWeight& key_weight,
                 const LoadedWeight& value_weight,
                 float scale,
                 const Sizes& sizes) {
  const auto& [queries, rotated_queries, entries, mask] = operands;
  if (entries.shape(0) > 1 || sizes.absorbs(queries.shape(2))) {
    const auto moved = mx::concatenate({stack_product(queries, key_weight, true), rotated_queries}, -1);
    return stack_product(attend_to_latents(operands, moved, scale, sizes), value_weight, true);
  }
  const auto latents = slice_of(entries, 3, 0, sizes.rank);
  mx::Shape shape = queries.shape();
  shape[2] = entries.shape(2);
  shape[3] = sizes.rotated;
  const auto rotated_keys = mx::broadcast_to(slice_of(entries, 3, sizes.rank, sizes.rank + sizes.rotated), shape);
  const auto keys = mx::concatenate({stack_product(latents, key_weight, false), rotated_keys}, -1);
  const auto values = stack_product(latents, value_weight, true);
  return attend(operands, mx::concatenate({queries, rotated_queries}, -1), keys, values, scale);
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
  for (const GroupRows& rows : step.groups) {
    LatentCache& cache = rows.group->latent(operation.state);
    cache.write(rows, rows_of(entries, rows), rows.group->slots(), *step.memo);
    const PositionView view = cache.view(rows, *step.memo);
    const Sight sight{true, std::nullopt, cache.store().bound()};
    Operands operands{to_heads_first(rows_of(inputs.queries, rows)),
                      to_heads_first(rows_of(inputs.rotated_queries, rows)),
                      view.planes.front(),
                      std::nullopt};
    if (rows.slots() > 1 || view.positions || !sight.is_unbound(rows.group->length(0) + rows.count))
      operands.mask = mask_of(rows, view, sight, inputs.queries.dtype(), *step.memo);
    parts.push_back(to_rows_first(attend(operands, key_weight, value_weight, operation.scale, sizes)));
  }
  return joined(std::move(parts));
}

}  // namespace mlxengine
