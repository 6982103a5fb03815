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

mx::array transposed(const mx::array& x) {
  return mx::swapaxes(x, -1, -2);
}

// A group's tokens, token by token: rows [count · slots, …]. In float32 where there are several.
struct Tokens {
  mx::array queries;  // [rows, Hk, Dk]
  mx::array keys;     // [rows, Hk, Dk]
  mx::array values;   // [rows, Hv, Dv]
  mx::array decay;    // [rows, Hv] or [rows, Hv, Dk]
  mx::array beta;     // [rows, Hv]
  int slots;

  int count() const { return values.shape(0) / slots; }
  bool has_columns() const { return decay.ndim() == 3; }
  Tokens token(int at) const {
    const auto own = [&](const mx::array& x) { return token_of(x, at, slots); };
    return {own(queries), own(keys), own(values), own(decay), own(beta), slots};
  }
};

Tokens tokens_of(const GatedDeltaInputs& inputs, const GroupRows& rows) {
  // A single token's casts are part of its work.
  const auto own = [&](const mx::array& x) {
    const auto of_group = rows_of(x, rows);
    return rows.count == 1 ? of_group : by_token(to_float32(of_group), rows.slots());
  };
  return {own(inputs.queries), own(inputs.keys), own(inputs.values), own(inputs.decay), own(inputs.beta), rows.slots()};
}

// One token: its queries and keys [slots, Hk, Dk], values [slots, Hv, Dv], decay, beta and the state [slots, Hv, Dv,
// Dk] to its answer [slots, Hv, Dv] and the state after it. Heads that share a key are one matrix of as many times more
// rows, so that no key is repeated.
std::vector<mx::array> token_work(const std::vector<mx::array>& inputs) {
  const auto queries = to_float32(inputs[0]);
  const auto keys = to_float32(inputs[1]);
  const auto values = to_float32(inputs[2]);
  const auto& decay = inputs[3];
  const auto& state = inputs[5];
  const mx::Shape rows{state.shape(0), keys.shape(1), -1, state.shape(3)};
  const auto factors = decay.ndim() == 3 ? mx::expand_dims(decay, 2) : mx::expand_dims(decay, {2, 3});
  const auto decayed = mx::reshape(mx::multiply(state, to_float32(factors)), rows);
  const auto known = mx::reshape(mx::matmul(decayed, mx::expand_dims(keys, 3)), values.shape());
  const auto change = mx::multiply(to_float32(mx::expand_dims(inputs[4], 2)), mx::subtract(values, known));
  const auto column = mx::reshape(change, {rows[0], rows[1], -1, 1});
  const auto changed = mx::add(decayed, mx::multiply(column, mx::expand_dims(keys, 2)));
  const auto answer = mx::reshape(mx::matmul(changed, mx::expand_dims(queries, 3)), values.shape());
  return {answer, mx::reshape(changed, state.shape())};
}

mx::array step_token(const Tokens& token, mx::array& state) {
  auto made = fused(token_work, {token.queries, token.keys, token.values, token.decay, token.beta, state});
  state = std::move(made[1]);
  return made[0];
}

Scanned token_by_token(const Tokens& tokens, const mx::array& before, bool checkpoints) {
  constexpr int tokens_between_evaluations = 64;
  std::vector<mx::array> answers;
  std::vector<mx::array> states{before};
  auto state = before;
  for (int at = 0; at < tokens.count(); at++) {
    answers.push_back(step_token(tokens.token(at), state));
    const bool is_last = at + 1 == tokens.count();
    if (checkpoints || is_last) states.push_back(state);
    // Or the graph of a long chunk would be enormous.
    if ((at + 1) % tokens_between_evaluations == 0) mx::async_eval(answers.back(), state);
  }
  return {joined(std::move(answers)), std::move(states)};
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

// The same tokens with the heads of all slots as lanes, lanes first.
struct Lanes {
  mx::array queries;  // [lanes, n, Dk]
  mx::array keys;     // [lanes, n, Dk]
  mx::array values;   // [lanes, n, Dv]
  mx::array decay;    // [lanes, n, 1]
  mx::array beta;     // [lanes, n, 1]
};

Lanes lanes_first(const Tokens& tokens) {
  const int lanes = tokens.slots * tokens.values.shape(1);
  const auto own = [&](const mx::array& x) {
    const auto rows = x.ndim() == 2 ? mx::expand_dims(x, 2) : x;
    return mx::swapaxes(spread_heads(lanes_of(rows, tokens.slots), 1, lanes), 0, 1);
  };
  return {own(tokens.queries), own(tokens.keys), own(tokens.values), own(tokens.decay), own(tokens.beta)};
}

// Within a block the state before token t is the decayed first one plus sums of earlier changes u_i k_iᵀ, so that the
// changes solve (I + L) U = beta (V - decayed K S₀ᵀ), where L holds beta_t decay(t, i) (k_t · k_i).
// Answers [lanes, n, Dv] with a state [lanes, Dv, Dk].
mx::array by_blocks(const Lanes& tokens, mx::array& state) {
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

Scanned many_tokens(const Tokens& tokens, const mx::array& before) {
  auto state = mx::flatten(before, 0, 1);
  const auto answer = mx::swapaxes(by_blocks(lanes_first(tokens), state), 0, 1);
  return {mx::reshape(answer, tokens.values.shape()), {before, mx::reshape(state, before.shape())}};
}

}  // namespace

mx::array gated_delta(const GatedDeltaInputs& inputs, const GatedDeltaOperation& operation, const Step& step) {
  const mx::Shape shape{inputs.values.shape(1), inputs.values.shape(2), inputs.keys.shape(2)};
  std::vector<mx::array> parts;
  for (const GroupRows& rows : step.groups) {
    const Tokens tokens = tokens_of(inputs, rows);
    RecurrentState& state = rows.group->recurrent(operation.state);
    const auto before = state.value(rows.slots(), shape, mx::float32);
    const bool goes_singly = rows.count == 1 || tokens.has_columns() || step.checkpoints;
    auto [answers, states] =
        goes_singly ? token_by_token(tokens, before, step.checkpoints) : many_tokens(tokens, before);
    state.write(std::move(states), rows.idle, step.checkpoints);
    parts.push_back(by_slot(answers, rows.slots()));
  }
  return mx::astype(joined(std::move(parts)), inputs.values.dtype());
}

}  // namespace mlxengine
