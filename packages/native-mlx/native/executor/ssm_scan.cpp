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

// A block of one sequence's tokens in float32.
struct Block {
  mx::array x;   // dt · x, [n, H, D]
  mx::array dt;  // [n, H]
  mx::array b;   // [n, G, N]
  mx::array c;   // [n, G, N]
};

// What each token adds to the state, [n, H, D, N].
mx::array inputs_of(const Block& block) {
  return mx::multiply(mx::expand_dims(block.x, 3), mx::expand_dims(spread_heads(block.b, 1, block.x.shape(1)), 2));
}

// Answers of states [n, H, D, N] that are known: [n, H, D].
mx::array read_states(const mx::array& states, const Block& block) {
  const auto c = spread_heads(block.c, 1, block.x.shape(1));
  // Products of single rows are slow in great numbers.
  if (states.shape(2) == 1) return mx::sum(mx::multiply(states, mx::expand_dims(c, 2)), -1);
  return mx::squeeze(mx::matmul(states, mx::expand_dims(c, 3)), 3);
}

// One decay a head, a [H]: answers are products with all earlier inputs of the block, and with the state before it.
mx::array scan_heads(const Block& block, const mx::array& a, mx::array& state) {
  const int heads = block.x.shape(1);
  const auto decay = mx::swapaxes(mx::exp(mx::multiply(block.dt, a)), 0, 1);
  const auto between = decay_between(decay);
  const auto heads_first = [&](const mx::array& x) { return spread_heads(mx::swapaxes(x, 0, 1), 0, heads); };
  const auto inputs = mx::swapaxes(block.x, 0, 1);
  const auto b = heads_first(block.b);
  const auto c = heads_first(block.c);
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

// Token by token, with decays [n, H, 1, 1 or N]: all that does not depend on the state is made at once.
mx::array scan_tokens(const Block& block, const mx::array& decay, mx::array& state) {
  const auto inputs = inputs_of(block);
  std::vector<mx::array> states;
  for (int t = 0; t < block.x.shape(0); t++) {
    const auto token = [t](const mx::array& x) { return mx::squeeze(slice_of(x, 0, t, t + 1), 0); };
    state = mx::add(mx::multiply(state, token(decay)), token(inputs));
    states.push_back(mx::expand_dims(state, 0));
  }
  return read_states(joined(std::move(states)), block);
}

mx::array scan_block(const Block& block, const mx::array& a, mx::array& state) {
  const bool has_columns = a.ndim() == 2;
  if (!has_columns && block.x.shape(0) > 1) return scan_heads(block, a, state);
  const auto factors = has_columns ? mx::expand_dims(a, 1) : mx::expand_dims(a, {1, 2});
  return scan_tokens(block, mx::exp(mx::multiply(mx::expand_dims(block.dt, {2, 3}), factors)), state);
}

}  // namespace

mx::array ssm_scan(const SSMInputs& inputs, const SSMScanOperation& operation, const Step& step) {
  const auto dt = to_float32(inputs.dt);
  const auto x = mx::multiply(to_float32(inputs.x), mx::expand_dims(dt, 2));
  const auto a = to_float32(inputs.a);
  const auto b = to_float32(inputs.b);
  const auto c = to_float32(inputs.c);
  const int block_size = a.ndim() == 2 ? column_block : head_block;
  std::vector<mx::array> parts;
  for (const SlotRows& rows : slots_of(step)) {
    RecurrentState& state = rows.group->recurrent(operation.state);
    auto matrix = state_or_zeros(state, rows.slot, {x.shape(1), x.shape(2), b.shape(2)});
    for (int start = 0; start < rows.count; start += block_size) {
      SlotRows part = rows;
      part.first += start;
      part.count = std::min(block_size, rows.count - start);
      const Block block{rows_of(x, part), rows_of(dt, part), rows_of(b, part), rows_of(c, part)};
      parts.push_back(scan_block(block, a, matrix));
    }
    if (!rows.idle) state.set(rows.slot, rows.group->size(), matrix);
  }
  return mx::astype(joined(std::move(parts)), inputs.x.dtype());
}

}  // namespace mlxengine
