#include "executor/attention.h"

#include <mlx/fast.h>
#include <mlx/ops.h>

#include <algorithm>
#include <limits>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// What one sequence attends over, heads first: queries [1, Hq, n, D], keys [1, Hkv, L, D], values [1, Hkv, L, Dv].
struct Heads {
  mx::array queries;
  mx::array keys;
  mx::array values;
  int position;  // of the first query among the keys

  int query_count() const { return queries.shape(2); }
  int key_count() const { return keys.shape(2); }
};

Heads heads_of(const mx::array& queries,
               const mx::array& keys,
               const mx::array& values,
               const AttentionOperation& operation,
               const SlotRows& rows) {
  const auto first = to_heads_first(rows_of(queries, rows));
  if (!operation.state) return {first, to_heads_first(rows_of(keys, rows)), to_heads_first(rows_of(values, rows)), 0};
  KVCache& cache = rows.group->kv(*operation.state);
  const int position = rows.position();
  if (operation.writes)
    cache.write(rows.slot, position, to_heads_first(rows_of(keys, rows)), to_heads_first(rows_of(values, rows)));
  const auto [all_keys, all_values] = cache.first(rows.slot, position + rows.count);
  return {first, all_keys, all_values, all_keys.shape(2) - rows.count};
}

// Queries from `start` to before `stop`, with the keys that any of them sees.
Heads part_of(const Heads& heads, const AttentionOperation& operation, int start, int stop) {
  const int reach = operation.window.value_or(heads.key_count()) - 1;
  const int64_t last = int64_t{heads.position} + stop + (operation.causal ? 0 : reach);
  const int first_key = std::max(0, heads.position + start - reach);
  const int end_key = static_cast<int>(std::min<int64_t>(heads.key_count(), last));
  return {slice_of(heads.queries, 2, start, stop),
          slice_of(heads.keys, 2, first_key, end_key),
          slice_of(heads.values, 2, first_key, end_key),
          heads.position + start - first_key};
}

bool is_windowed(const Heads& heads, const AttentionOperation& operation) {
  return operation.window && *operation.window < heads.key_count();
}

// Which keys each query sees, [n, L]; none where it is all of them.
std::optional<mx::array> mask_of(const Heads& heads, const AttentionOperation& operation) {
  const bool windowed = is_windowed(heads, operation);
  if (!windowed && !(operation.causal && heads.query_count() > 1)) return std::nullopt;
  const auto queries = mx::arange(heads.position, heads.position + heads.query_count(), mx::int32);
  const auto keys = mx::arange(0, heads.key_count(), mx::int32);
  const auto distance = mx::subtract(mx::expand_dims(queries, 1), mx::expand_dims(keys, 0));
  const auto less_than_window = [&](const mx::array& x) { return mx::less(x, mx::array(*operation.window)); };
  if (!operation.causal) return less_than_window(mx::abs(distance));
  const auto not_later = mx::greater_equal(distance, mx::array(0));
  return windowed ? mx::logical_and(not_later, less_than_window(distance)) : not_later;
}

mx::array fused(const Heads& heads, const std::optional<mx::array>& sinks, const AttentionOperation& operation) {
  const auto attend = [&](const char* mode, const std::optional<mx::array>& mask) {
    return mx::fast::scaled_dot_product_attention(
        heads.queries, heads.keys, heads.values, operation.scale, mode, mask, sinks);
  };
  if (is_windowed(heads, operation)) return attend("array", mask_of(heads, operation));
  return attend(operation.causal && heads.query_count() > 1 ? "causal" : "", std::nullopt);
}

// Softmax over the keys and one more column, the sink of each head, which takes its share and gives nothing.
mx::array softmax_with_sinks(const mx::array& scores, const mx::array& sinks) {
  mx::Shape shape = scores.shape();
  shape.back() = 1;
  const auto column = mx::reshape(sinks, {1, shape[1], shape[2], 1, 1});
  const auto all = mx::concatenate({mx::broadcast_to(column, shape), scores}, -1);
  return slice_of(mx::softmax(all, -1, /* precise */ true), 4, 1, all.shape(4));
}

// MLX's fused kernels cap no scores.
mx::array capped(const Heads& heads, const std::optional<mx::array>& sinks, const AttentionOperation& operation) {
  const int key_heads = heads.keys.shape(1);
  const int group = heads.queries.shape(1) / key_heads;
  const int query_count = heads.query_count();
  const auto dtype = heads.queries.dtype();
  const auto scaled = mx::multiply(heads.queries, mx::array(operation.scale, dtype));
  const auto grouped = mx::reshape(scaled, {1, key_heads, group, query_count, heads.queries.shape(3)});
  auto scores = mx::matmul(grouped, mx::expand_dims(mx::swapaxes(heads.keys, 2, 3), 2));
  const auto cap = mx::array(*operation.softcap, dtype);
  scores = mx::multiply(mx::tanh(mx::divide(scores, cap)), cap);
  const auto mask = mask_of(heads, operation);
  if (mask) scores = mx::where(*mask, scores, mx::array(-std::numeric_limits<float>::infinity(), dtype));
  const auto shares = sinks ? softmax_with_sinks(scores, mx::reshape(*sinks, {key_heads, group}))
                            : mx::softmax(scores, -1, /* precise */ true);
  const auto answer = mx::matmul(shares, mx::expand_dims(heads.values, 2));
  return mx::reshape(answer, {1, key_heads * group, query_count, heads.values.shape(3)});
}

// How many queries go at once where all their scores are in memory, which only MLX's fused GPU kernels avoid.
int queries_at_once(const Heads& heads, const AttentionOperation& operation) {
  constexpr int64_t max_scores = int64_t{1} << 25;
  if (!operation.softcap && mx::default_device() != mx::Device::cpu) return heads.query_count();
  const int64_t scores_a_query = int64_t{heads.queries.shape(1)} * heads.key_count();
  return static_cast<int>(std::clamp<int64_t>(max_scores / scores_a_query, 16, std::max(16, heads.query_count())));
}

mx::array attend(const Heads& heads, const std::optional<mx::array>& sinks, const AttentionOperation& operation) {
  const int step = queries_at_once(heads, operation);
  std::vector<mx::array> parts;
  for (int start = 0; start < heads.query_count(); start += step) {
    const Heads part = part_of(heads, operation, start, std::min(start + step, heads.query_count()));
    parts.push_back(to_rows_first(operation.softcap ? capped(part, sinks, operation) : fused(part, sinks, operation)));
  }
  return joined(std::move(parts));
}

}  // namespace

mx::array attention(const mx::array& queries,
                    const mx::array& keys,
                    const mx::array& values,
                    const std::optional<mx::array>& sinks,
                    const AttentionOperation& operation,
                    const Step& step) {
  const auto own_sinks = sinks ? std::optional(mx::astype(*sinks, queries.dtype())) : std::nullopt;
  std::vector<mx::array> parts;
  for (const SlotRows& rows : slots_of(step)) {
    parts.push_back(attend(heads_of(queries, keys, values, operation, rows), own_sinks, operation));
  }
  return joined(std::move(parts));
}

}  // namespace mlxengine
