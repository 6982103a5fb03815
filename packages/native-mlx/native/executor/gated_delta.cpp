#include "executor/gated_delta.h"

#include <mlx/ops.h>
#include <mlx/transforms.h>

#include <algorithm>

#include "executor/recurrence.h"
#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

constexpr int block_size = 32;

// One sequence's tokens, heads first and in float32.
struct Tokens {
  mx::array queries;  // [Hv, n, Dk]
  mx::array keys;     // [Hv, n, Dk]
  mx::array values;   // [Hv, n, Dv]
  mx::array decay;    // [Hv, n, 1] or [Hv, n, Dk]
  mx::array beta;     // [Hv, n, 1]
};

Tokens tokens_of(const GatedDeltaInputs& inputs, const SlotRows& rows) {
  const int heads = inputs.values.shape(1);
  const auto heads_first = [&](const mx::array& x) {
    const auto own = to_float32(rows_of(x, rows));
    return mx::swapaxes(spread_heads(own.ndim() == 2 ? mx::expand_dims(own, 2) : own, 1, heads), 0, 1);
  };
  return {heads_first(inputs.queries),
          heads_first(inputs.keys),
          heads_first(inputs.values),
          heads_first(inputs.decay),
          heads_first(inputs.beta)};
}

mx::array transposed(const mx::array& x) {
  return mx::swapaxes(x, -1, -2);
}

// One token's answer [Hv, 1, Dv]; the state is [Hv, Dv, Dk].
mx::array step_token(const Tokens& tokens, int at, mx::array& state) {
  const auto token = [&](const mx::array& x) { return slice_of(x, 1, at, at + 1); };
  const auto key = token(tokens.keys);
  state = mx::multiply(state, token(tokens.decay));
  const auto known = mx::matmul(key, transposed(state));
  const auto change = mx::multiply(token(tokens.beta), mx::subtract(token(tokens.values), known));
  state = mx::add(state, mx::matmul(transposed(change), key));
  return mx::matmul(token(tokens.queries), transposed(state));
}

mx::array token_by_token(const Tokens& tokens, mx::array& state) {
  constexpr int tokens_between_evaluations = 64;
  std::vector<mx::array> answers;
  for (int at = 0; at < tokens.values.shape(1); at++) {
    answers.push_back(step_token(tokens, at, state));
    // Or the graph of a long chunk would be enormous.
    if ((at + 1) % tokens_between_evaluations == 0) mx::eval(answers.back(), state);
  }
  return answers.size() == 1 ? answers.front() : mx::concatenate(std::move(answers), 1);
}

// Whether element (t, i) joins the two halves of a block of 2 · half: t in the second, i in the first.
mx::array joins_halves(int size, int half) {
  const auto at = mx::arange(0, size, mx::int32);
  const auto block = mx::floor_divide(at, mx::array(2 * half));
  const auto is_second = mx::equal(mx::remainder(mx::floor_divide(at, mx::array(half)), mx::array(2)), mx::array(1));
  const auto same_block = mx::equal(mx::expand_dims(block, 1), mx::expand_dims(block, 0));
  const auto lower = mx::logical_and(mx::expand_dims(is_second, 1), mx::logical_not(mx::expand_dims(is_second, 0)));
  return mx::logical_and(same_block, lower);
}

// Inverse of I + L for a strictly lower triangular L [..., n, n]: the inverses of the diagonal's blocks of 1, then of
// 2, 4, …, each from its halves' as [[A, 0], [C, D]] has the inverse [[A', 0], [-D' C A', D']].
mx::array inverse_of_unit_lower(const mx::array& lower) {
  const int size = lower.shape(-1);
  auto inverse = mx::eye(size, mx::float32);
  for (int half = 1; half < size; half *= 2) {
    const auto between = mx::where(joins_halves(size, half), lower, mx::array(0.0F));
    inverse = mx::subtract(inverse, mx::matmul(inverse, mx::matmul(between, inverse)));
  }
  return inverse;
}

// [Hv, n, D] to [Hv, n / size, size, D], with a last block filled up. Keys and betas of 0 and decays of 1 change
// nothing.
mx::array blocks_of(const mx::array& x, int size, float fill) {
  const int count = (x.shape(1) + size - 1) / size;
  const auto filled = mx::pad(x, {{0, 0}, {0, count * size - x.shape(1)}, {0, 0}}, mx::array(fill));
  return mx::reshape(filled, {x.shape(0), count, size, x.shape(2)});
}

// Within a block the state before token t is the decayed first one plus sums of earlier changes u_i k_iᵀ, so that the
// changes solve (I + L) U = beta (V - decayed K S₀ᵀ), where L holds beta_t decay(t, i) (k_t · k_i).
mx::array by_blocks(const Tokens& tokens, mx::array& state) {
  const int count = tokens.values.shape(1);
  const int size = std::min(block_size, count);
  const auto queries = blocks_of(tokens.queries, size, 0.0F);
  const auto keys = blocks_of(tokens.keys, size, 0.0F);
  const auto beta = blocks_of(tokens.beta, size, 0.0F);
  const auto decay = blocks_of(tokens.decay, size, 1.0F);
  const auto since_start = mx::cumprod(decay, 2);
  const auto between = decay_between(mx::squeeze(decay, 3));
  const auto weighted_keys = mx::multiply(keys, beta);
  const auto lower = mx::tril(mx::multiply(mx::matmul(weighted_keys, transposed(keys)), between), -1);
  const auto solve = inverse_of_unit_lower(lower);
  const auto changes = mx::matmul(solve, mx::multiply(blocks_of(tokens.values, size, 0.0F), beta));
  const auto known = mx::matmul(solve, mx::multiply(weighted_keys, since_start));
  const auto shares = mx::multiply(mx::matmul(queries, transposed(keys)), between);
  const auto decayed_queries = mx::multiply(queries, since_start);
  const auto last = mx::swapaxes(slice_of(between, 2, size - 1, size), 2, 3);
  const auto decayed_keys = mx::multiply(keys, last);
  std::vector<mx::array> answers;
  for (int b = 0; b < keys.shape(1); b++) {
    const auto block = [b](const mx::array& x) { return mx::squeeze(slice_of(x, 1, b, b + 1), 1); };
    const auto before = transposed(state);
    const auto change = mx::subtract(block(changes), mx::matmul(block(known), before));
    answers.push_back(mx::add(mx::matmul(block(decayed_queries), before), mx::matmul(block(shares), change)));
    const auto kept = mx::multiply(state, slice_of(block(since_start), 1, size - 1, size));
    state = mx::add(kept, mx::matmul(transposed(change), block(decayed_keys)));
  }
  const auto all = answers.size() == 1 ? answers.front() : mx::concatenate(std::move(answers), 1);
  return slice_of(all, 1, 0, count);
}

}  // namespace

mx::array gated_delta(const GatedDeltaInputs& inputs, const GatedDeltaOperation& operation, const Step& step) {
  const mx::Shape shape{inputs.values.shape(1), inputs.values.shape(2), inputs.keys.shape(2)};
  std::vector<mx::array> parts;
  for (const SlotRows& rows : slots_of(step)) {
    const Tokens tokens = tokens_of(inputs, rows);
    RecurrentState& state = rows.group->recurrent(operation.state);
    auto matrix = state_or_zeros(state, rows.slot, shape);
    const bool has_columns = inputs.decay.ndim() == 3;
    const auto answer = rows.count == 1 || has_columns ? token_by_token(tokens, matrix) : by_blocks(tokens, matrix);
    if (!rows.idle) state.set(rows.slot, rows.group->size(), matrix);
    parts.push_back(mx::swapaxes(answer, 0, 1));
  }
  return mx::astype(joined(std::move(parts)), inputs.values.dtype());
}

}  // namespace mlxengine
