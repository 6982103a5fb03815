#include "executor/attention.h"

#include <mlx/fast.h>
#include <mlx/ops.h>

#include <algorithm>

#include "executor/attention_mask.h"
#include "executor/rows.h"
#include "executor/scores.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// What one sequence attends over, heads first: queries [1, Hq, n, D], keys [1, Hkv, L, D], values [1, Hkv, L, Dv].
struct Heads {
  mx::array queries;
  std::vector<mx::array> keys;
  std::vector<mx::array> values;
  std::optional<GroupQuantization> quantization;
  int position;  // of the first query among the keys

  int query_count() const { return queries.shape(2); }
  int key_count() const { return keys.front().shape(2); }
};

std::vector<mx::array> slices_of(const std::vector<mx::array>& arrays, int start, int stop) {
  std::vector<mx::array> slices;
  for (const mx::array& array : arrays) slices.push_back(slice_of(array, 2, start, stop));
  return slices;
}

// Queries from `start` to before `stop`, with the keys that any of them sees.
Heads part_of(const Heads& heads, const AttentionOperation& operation, int start, int stop) {
  const int reach = operation.window.value_or(heads.key_count()) - 1;
  const int64_t last = int64_t{heads.position} + stop + (operation.causal ? 0 : reach);
  const int first_key = std::max(0, heads.position + start - reach);
  const int end_key = static_cast<int>(std::min<int64_t>(heads.key_count(), last));
  return {slice_of(heads.queries, 2, start, stop),
          slices_of(heads.keys, first_key, end_key),
          slices_of(heads.values, first_key, end_key),
          heads.quantization,
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

bool is_fused(const AttentionOperation& operation, const std::optional<GroupQuantization>& quantization) {
  // MLX's fused kernels cap no scores and know nothing of quantized keys.
  return !operation.softcap && !quantization;
}

mx::array fused(const Heads& heads, const std::optional<mx::array>& sinks, const AttentionOperation& operation) {
  const auto attend = [&](const char* mode, const std::optional<mx::array>& mask) {
    return mx::fast::scaled_dot_product_attention(
        heads.queries, heads.keys.front(), heads.values.front(), operation.scale, mode, mask, sinks);
  };
  if (is_windowed(heads, operation)) return attend("array", mask_of(heads, operation));
  return attend(operation.causal && heads.query_count() > 1 ? "causal" : "", std::nullopt);
}

// How many queries go at once where all their scores are in memory, which only MLX's fused GPU kernels avoid.
int queries_at_once(const mx::array& queries, int key_count, bool is_fused) {
  constexpr int64_t max_scores = int64_t{1} << 25;
  const int count = queries.shape(2);
  if (is_fused && mx::default_device() != mx::Device::cpu) return count;
  const int64_t scores_a_query = int64_t{queries.shape(0)} * queries.shape(1) * key_count;
  return static_cast<int>(std::clamp<int64_t>(max_scores / scores_a_query, 16, std::max(16, count)));
}

mx::array attend(const Heads& heads, const std::optional<mx::array>& sinks, const AttentionOperation& operation) {
  const bool fuses = is_fused(operation, heads.quantization);
  const int step = queries_at_once(heads.queries, heads.key_count(), fuses);
  std::vector<mx::array> parts;
  for (int start = 0; start < heads.query_count(); start += step) {
    const Heads part = part_of(heads, operation, start, std::min(start + step, heads.query_count()));
    const ScoredHeads scored{
        part.queries, part.keys, part.values, part.quantization, operation.scale, operation.softcap};
    parts.push_back(to_rows_first(fuses ? fused(part, sinks, operation)
                                        : attend_by_scores(scored, mask_of(part, operation), sinks)));
  }
  return joined(std::move(parts));
}

// Queries [slots, Hq, n, D] with a mask [slots, 1, n, L] to [slots, Hq, n, Dv].
mx::array masked(const mx::array& queries,
                 const KVView& view,
                 const mx::array& mask,
                 const std::optional<mx::array>& sinks,
                 const AttentionOperation& operation) {
  const auto keys = view.keys();
  const auto values = view.values();
  if (!is_fused(operation, view.quantization))
    return attend_by_scores(
        {queries, keys, values, view.quantization, operation.scale, operation.softcap}, mask, sinks);
  const auto attend = [&](const mx::array& heads) {
    return mx::fast::scaled_dot_product_attention(
        heads, keys.front(), values.front(), operation.scale, "array", mask, sinks);
  };
  const int key_heads = keys.front().shape(1);
  if (queries.shape(0) == 1 || queries.shape(2) > 1 || sinks) return attend(queries);
  // The queries that share a key head as the queries of one, which reads the keys once: 5 times as fast on an H100.
  const int slots = queries.shape(0);
  const auto folded = attend(mx::reshape(queries, {slots, key_heads, -1, queries.shape(3)}));
  return mx::reshape(folded, {slots, queries.shape(1), 1, folded.shape(3)});
}

mx::array attend_by_mask(const mx::array& queries,
                         const KVView& view,
                         const Sight& sight,
                         const std::optional<mx::array>& sinks,
                         const AttentionOperation& operation,
                         const GroupRows& rows,
                         StepMemo& memo) {
  const auto mask = mask_of(rows, view.entries, sight, queries.dtype(), memo);
  const auto heads = to_slots(queries, rows.slots());
  const int step = queries_at_once(heads, view.entries.length(), is_fused(operation, view.quantization));
  std::vector<mx::array> parts;
  for (int start = 0; start < rows.count; start += step) {
    const int stop = std::min(start + step, rows.count);
    parts.push_back(masked(slice_of(heads, 2, start, stop), view, slice_of(mask, 2, start, stop), sinks, operation));
  }
  return from_slots(parts.size() == 1 ? parts.front() : mx::concatenate(std::move(parts), 2));
}

// Without a state each slot's tokens see one another and nothing else.
mx::array attend_alone(const mx::array& queries,
                       const mx::array& keys,
                       const mx::array& values,
                       const std::optional<mx::array>& sinks,
                       const AttentionOperation& operation,
                       const GroupRows& group) {
  std::vector<mx::array> parts;
  for (const SlotRows& rows : slots_of(group)) {
    const Heads heads{to_heads_first(rows_of(queries, rows)),
                      {to_heads_first(rows_of(keys, rows))},
                      {to_heads_first(rows_of(values, rows))},
                      std::nullopt,
                      0};
    parts.push_back(attend(heads, sinks, operation));
  }
  return joined(std::move(parts));
}

mx::array attend_to_state(const mx::array& queries,
                          const KVCache& cache,
                          const std::optional<mx::array>& sinks,
                          const AttentionOperation& operation,
                          const GroupRows& rows,
                          StepMemo& memo) {
  const KVView view = cache.view(rows, memo);
  Sight sight{operation.causal, operation.window, cache.store().bound()};
  const int start = rows.group->length(0) + rows.ahead;
  if (rows.slots() == 1 && !view.entries.positions && sight.is_unbound(start + rows.count)) {
    const int position = start - view.entries.first;
    const Heads heads{to_heads_first(queries), view.keys(), view.values(), view.quantization, position};
    return attend(heads, sinks, operation);
  }
  return attend_by_mask(queries, view, sight, sinks, operation, rows, memo);
}

// What attends: queries [rows, Hq, D], keys [rows, Hkv, D] and values [rows, Hkv, Dv].
struct Tokens {
  mx::array queries;
  mx::array keys;
  mx::array values;

  Tokens part(int start, int stop) const {
    return {slice_of(queries, 0, start, stop), slice_of(keys, 0, start, stop), slice_of(values, 0, start, stop)};
  }
};

mx::array write_and_attend(const Tokens& tokens,
                           KVCache& cache,
                           const std::optional<mx::array>& sinks,
                           const AttentionOperation& operation,
                           const GroupRows& rows,
                           StepMemo& memo) {
  if (operation.writes) cache.write(rows, tokens.keys, tokens.values, rows.group->slots(), memo);
  return attend_to_state(tokens.queries, cache, sinks, operation, rows, memo);
}

// In whatever chunks a sequence is computed, the same of its tokens see quantized keys: those from where its cache is
// quantized on.
mx::array attend_across_start(const Tokens& tokens,
                              KVCache& cache,
                              const std::optional<mx::array>& sinks,
                              const AttentionOperation& operation,
                              const GroupRows& rows,
                              StepMemo& memo) {
  const int before = rows.group->format().quantized_start - rows.group->length(0);
  const GroupRows first{rows.group, rows.first, before, rows.idle};
  const GroupRows second{rows.group, rows.first + before, rows.count - before, rows.idle, {}, before};
  auto answer = write_and_attend(tokens.part(0, before), cache, sinks, operation, first, memo);
  cache.settle();
  cache.quantize(rows.group->format());
  return joined(
      {std::move(answer), write_and_attend(tokens.part(before, rows.count), cache, sinks, operation, second, memo)});
}

bool crosses_start(const GroupRows& rows, const KVCache& cache, const AttentionOperation& operation) {
  const CacheFormat& format = rows.group->format();
  if (!format.bits || cache.quantized() || !operation.writes || rows.slots() > 1) return false;
  const int start = rows.group->length(0);
  return start < format.quantized_start && start + rows.count > format.quantized_start;
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
  for (const GroupRows& rows : step.groups) {
    const Tokens tokens{rows_of(queries, rows), rows_of(keys, rows), rows_of(values, rows)};
    if (!operation.state) {
      const GroupRows from_start{rows.group, 0, rows.count, rows.idle};
      parts.push_back(attend_alone(tokens.queries, tokens.keys, tokens.values, own_sinks, operation, from_start));
      continue;
    }
    KVCache& cache = rows.group->kv(*operation.state);
    const auto attend = crosses_start(rows, cache, operation) ? attend_across_start : write_and_attend;
    parts.push_back(attend(tokens, cache, own_sinks, operation, rows, *step.memo));
  }
  return joined(std::move(parts));
}

}  // namespace mlxengine
