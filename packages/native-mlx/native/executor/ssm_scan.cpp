#include "executor/ssm_scan.h"

#include <mlx/ops.h>

#include <algorithm>

#include "executor/recurrence.h"
#include "executor/rows.h"

namespace mx = mlx::core;

namespace mlxengine {

namespace {

// Tokens of a block: it makes matrices [H, n, n] where a head has one decay, states [n, H, D, N] where it has many.
constexpr int head_block = 128;
constexpr int column_block = 64;

// A group's tokens, token by token: rows [count · slots, …]. In float32 where there are several.
struct Tokens {
  mx::array x;   // [rows, H, D]
  mx::array dt;  // [rows, H]
  mx::array b;   // [rows, G, N]
  mx::array c;   // [rows, G, N]
  int slots;

  int count() const { return x.shape(0) / slots; }
  Tokens part(int start, int stop) const {
    const auto own = [&](const mx::array& whole) { return slice_of(whole, 0, start * slots, stop * slots); };
    return {own(x), own(dt), own(b), own(c), slots};
  }
};

Tokens tokens_of(const SSMInputs& inputs, const GroupRows& rows) {
  // A single token's casts are part of its work.
  const auto own = [&](const mx::array& x) {
    const auto of_group = rows_of(x, rows);
    return rows.count == 1 ? of_group : by_token(to_float32(of_group), rows.slots());
  };
  return {own(inputs.x), own(inputs.dt), own(inputs.b), own(inputs.c), rows.slots()};
}

// Factors of a state [..., H, D, N]: [..., H, 1, 1 or N].
mx::array decay_of(const mx::array& dt, const mx::array& a) {
  if (a.ndim() == 1) return mx::expand_dims(mx::exp(mx::multiply(dt, a)), {-1, -2});
  return mx::exp(mx::multiply(mx::expand_dims(dt, {-1, -2}), mx::expand_dims(a, 1)));
}

// One token: its x [slots, H, D], dt, b and c, a, and the state [slots, H, D, N] to its answer [slots, H, D] and the
// state after it. Heads that share b and c are one matrix of as many times more rows.
std::vector<mx::array> token_work(const std::vector<mx::array>& inputs) {
  const auto dt = to_float32(inputs[1]);
  const auto x = mx::multiply(to_float32(inputs[0]), mx::expand_dims(dt, 2));
  const auto b = to_float32(mx::expand_dims(inputs[2], 2));
  const auto& state = inputs[5];
  const mx::Shape rows{state.shape(0), b.shape(1), -1, state.shape(3)};
  const auto kept = mx::reshape(mx::multiply(state, decay_of(dt, inputs[4])), rows);
  const auto changed = mx::add(kept, mx::multiply(mx::reshape(x, {rows[0], rows[1], -1, 1}), b));
  const auto answer = mx::matmul(changed, to_float32(mx::expand_dims(inputs[3], 3)));
  return {mx::reshape(answer, x.shape()), mx::reshape(changed, state.shape())};
}

mx::array step_token(const Tokens& token, const mx::array& a, mx::array& state) {
  auto made = fused(token_work, {token.x, token.dt, token.b, token.c, a, state});
  state = std::move(made[1]);
  return made[0];
}

Scanned token_by_token(const Tokens& tokens, const mx::array& a, const mx::array& before, bool checkpoints) {
  std::vector<mx::array> answers;
  std::vector<mx::array> states{before};
  auto state = before;
  for (int at = 0; at < tokens.count(); at++) {
    answers.push_back(step_token(tokens.part(at, at + 1), a, state));
    const bool is_last = at + 1 == tokens.count();
    if (checkpoints || is_last) states.push_back(state);
  }
  return {joined(std::move(answers)), std::move(states)};
}

// A block of tokens with the heads of all slots as lanes.
struct Block {
  mx::array x;   // dt · x, [n, lanes, D]
  mx::array dt;  // [n, lanes]
  mx::array b;   // [n, slots · G, N]
  mx::array c;   // [n, slots · G, N]
};

Block block_of(const Tokens& tokens) {
  const auto own = [&](const mx::array& x) { return lanes_of(x, tokens.slots); };
  return {own(mx::multiply(tokens.x, mx::expand_dims(tokens.dt, 2))), own(tokens.dt), own(tokens.b), own(tokens.c)};
}

// One decay a head, a [lanes]: answers are products with all earlier inputs of the block, and with the state before it.
mx::array scan_heads(const Block& block, const mx::array& a, mx::array& state) {
  const int lanes = block.x.shape(1);
  const auto decay = mx::swapaxes(mx::exp(mx::multiply(block.dt, a)), 0, 1);
  const auto between = decay_between(decay);
  const auto lanes_first = [&](const mx::array& x) { return spread_heads(mx::swapaxes(x, 0, 1), 0, lanes); };
  const auto inputs = mx::swapaxes(block.x, 0, 1);
  const auto b = lanes_first(block.b);
  const auto c = lanes_first(block.c);
  const auto shares = mx::multiply(mx::matmul(c, mx::swapaxes(b, 1, 2)), between);
  const auto since_start = mx::expand_dims(mx::cumprod(decay, 1), 2);
  const auto carried = mx::multiply(mx::matmul(c, mx::swapaxes(state, 1, 2)), since_start);
  const auto answer = mx::add(mx::matmul(shares, inputs), carried);
  const int last = block.x.shape(0) - 1;
  const auto until_end = mx::swapaxes(slice_of(between, 1, last, last + 1), 1, 2);
  state = mx::add(mx::multiply(state, slice_of(since_start, 1, last, last + 1)),
                  mx::matmul(mx::swapaxes(mx::multiply(inputs, until_end), 1, 2), b));
  return mx::swapaxes(answer, 0, 1);
}

// Answers of states [n, lanes, D, N] that are known: [n, lanes, D].
mx::array read_states(const mx::array& states, const Block& block) {
  const auto c = spread_heads(block.c, 1, block.x.shape(1));
  // Products of single rows are slow in great numbers.
  if (states.shape(2) == 1) return mx::sum(mx::multiply(states, mx::expand_dims(c, 2)), -1);
  return mx::squeeze(mx::matmul(states, mx::expand_dims(c, 3)), 3);
}

// One decay a column, a [lanes, N]: token by token, but all that does not depend on the state is made at once.
mx::array scan_columns(const Block& block, const mx::array& a, mx::array& state) {
  const auto decay = decay_of(block.dt, a);
  const auto b = spread_heads(block.b, 1, block.x.shape(1));
  const auto inputs = mx::multiply(mx::expand_dims(block.x, 3), mx::expand_dims(b, 2));
  std::vector<mx::array> states;
  for (int t = 0; t < block.x.shape(0); t++) {
    const auto token = [t](const mx::array& x) { return mx::squeeze(slice_of(x, 0, t, t + 1), 0); };
    state = mx::add(mx::multiply(state, token(decay)), token(inputs));
    states.push_back(mx::expand_dims(state, 0));
  }
  return read_states(joined(std::move(states)), block);
}

Scanned by_blocks(const Tokens& tokens, const mx::array& a, const mx::array& before) {
  const bool has_columns = a.ndim() == 2;
  const int size = has_columns ? column_block : head_block;
  const auto factors = mx::concatenate(std::vector<mx::array>(static_cast<size_t>(tokens.slots), a), 0);
  auto state = mx::flatten(before, 0, 1);
  std::vector<mx::array> answers;
  for (int start = 0; start < tokens.count(); start += size) {
    const Block block = block_of(tokens.part(start, std::min(start + size, tokens.count())));
    answers.push_back(has_columns ? scan_columns(block, factors, state) : scan_heads(block, factors, state));
  }
  const auto answer = mx::reshape(joined(std::move(answers)), tokens.x.shape());
  return {answer, {before, mx::reshape(state, before.shape())}};
}

}  // namespace

mx::array ssm_scan(const SSMInputs& inputs, const SSMScanOperation& operation, const Step& step) {
  const auto a = to_float32(inputs.a);
  std::vector<mx::array> parts;
  for (const GroupRows& rows : step.groups) {
    const Tokens tokens = tokens_of(inputs, rows);
    RecurrentState& state = rows.group->recurrent(operation.state);
    const mx::Shape shape{inputs.x.shape(1), inputs.x.shape(2), inputs.b.shape(2)};
    const auto before = state.value(rows.slots(), shape, mx::float32);
    const bool goes_singly = rows.count == 1 || step.checkpoints;
    auto [answers, states] =
        goes_singly ? token_by_token(tokens, a, before, step.checkpoints) : by_blocks(tokens, a, before);
    state.write(std::move(states), rows.idle, step.checkpoints);
    parts.push_back(by_slot(answers, rows.slots()));
  }
  return mx::astype(joined(std::move(parts)), inputs.x.dtype());
}

}  // namespace mlxengine
