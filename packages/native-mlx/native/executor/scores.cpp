#include "executor/scores.h"

#include <mlx/ops.h>

#include <limits>

#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// x [slots, Hkv, group, n, …] times the keys or values of each key head. One query a slot makes the group the rows of
// the product, so that keys are read once for all of it.
mx::array product(const mx::array& x,
                  const std::vector<mx::array>& entries,
                  const ScoredHeads& heads,
                  bool transposed) {
  const bool is_folded = x.shape(3) == 1;
  const auto rows = is_folded ? mx::squeeze(x, 3) : x;
  const auto shaped = [&](const mx::array& entry) { return is_folded ? entry : mx::expand_dims(entry, 2); };
  const auto made = [&] {
    if (!heads.quantization) {
      const auto dense = shaped(entries.front());
      return mx::matmul(rows, transposed ? mx::swapaxes(dense, -1, -2) : dense);
    }
    const auto [group_size, bits] = *heads.quantization;
    return mx::quantized_matmul(
        rows, shaped(entries[0]), shaped(entries[1]), shaped(entries[2]), transposed, group_size, bits);
  }();
  return is_folded ? mx::expand_dims(made, 3) : made;
}

// Softmax over the keys and one more column, the sink of each head, which takes its share and gives nothing.
mx::array softmax_with_sinks(const mx::array& scores, const mx::array& sinks) {
  mx::Shape shape = scores.shape();
  shape.back() = 1;
  const auto column = mx::reshape(sinks, {1, shape[1], shape[2], 1, 1});
  const auto all = mx::concatenate({mx::broadcast_to(column, shape), scores}, -1);
  return slice_of(mx::softmax(all, -1, /* precise */ true), 4, 1, all.shape(4));
}

mx::array masked(const mx::array& scores, const mx::array& mask) {
  if (mask.dtype() == mx::bool_)
    return mx::where(mask, scores, mx::array(-std::numeric_limits<float>::infinity(), scores.dtype()));
  return mx::add(scores, mx::expand_dims(mask, 2));
}

}  // namespace

mx::array attend_by_scores(const ScoredHeads& heads,
                           const std::optional<mx::array>& mask,
                           const std::optional<mx::array>& sinks) {
  const auto& queries = heads.queries;
  const int slots = queries.shape(0);
  const int key_heads = heads.keys.front().shape(1);
  const int group = queries.shape(1) / key_heads;
  const int count = queries.shape(2);
  const auto dtype = queries.dtype();
  const auto scaled = mx::multiply(queries, mx::array(heads.scale, dtype));
  const auto grouped = mx::reshape(scaled, {slots, key_heads, group, count, queries.shape(3)});
  auto scores = product(grouped, heads.keys, heads, true);
  if (heads.softcap) {
    const auto cap = mx::array(*heads.softcap, dtype);
    scores = mx::multiply(mx::tanh(mx::divide(scores, cap)), cap);
  }
  if (mask) scores = masked(scores, *mask);
  const auto shares = sinks ? softmax_with_sinks(scores, *sinks) : mx::softmax(scores, -1, /* precise */ true);
  const auto answer = product(shares, heads.values, heads, false);
  return mx::reshape(answer, {slots, key_heads * group, count, answer.shape(4)});
}

}  // namespace mlxengine
